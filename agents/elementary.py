"""Exponential and logarithm with the same bits on every processor.

The C library picks other code for other processors, and NumPy's vector forms
differ between instruction sets, so that results would not be reproducible to
the bit.  These use only IEEE additions, multiplications and divisions in a
fixed order.  Error below one unit in the last place of the result, up to
2.3e-16 relative.  Polynomials as in W. J. Cody and W. Waite (1980), in the
arrangement published with Sun's fdlibm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .compilation import compiled, compiled_for

__all__ = ["exp", "exp_array", "log", "log_array", "logistic", "normal_quantile"]

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_INVERSE_LN2 = 1.44269504088896338700
_SQRT2 = 1.4142135623730951
_SMALLEST, _LARGEST = -707.0, 709.0
_TWO_TO_52 = 4503599627370496.0


@compiled_for("float64(float64)")
def log(x: float) -> float:
    """Natural logarithm of a positive normal number; 0 gives minus infinity.

    Selects instead of early returns, and exponents read by adding to the bits of 2^52: a
    loop over it becomes vector instructions on processors that convert no 64-bit integers.
    """
    bits = np.float64(x).view(np.uint64)
    fraction = np.uint64((bits & np.uint64(0x000FFFFFFFFFFFFF)) | np.uint64(0x3FF0000000000000))
    exponent = np.uint64((bits >> np.uint64(52)) | np.uint64(0x4330000000000000))
    mantissa = fraction.view(np.float64)
    above = mantissa > _SQRT2
    mantissa = 0.5 * mantissa if above else mantissa
    k = exponent.view(np.float64) - (_TWO_TO_52 + 1022.0 if above else _TWO_TO_52 + 1023.0)
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    odd = z * (
        6.666666666666735130e-01
        + w
        * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    result: float = k * _LN2_HIGH - ((half - (s * (half + even + odd) + k * _LN2_LOW)) - f)
    result = np.inf if x == np.inf else result
    result = result if x > 0.0 else np.nan
    return -np.inf if x == 0.0 else result


@compiled_for("float64(float64)")
def exp(x: float) -> float:
    """Exponential function; beyond the range of doubles it gives infinity or zero."""
    inside = min(max(x, _SMALLEST), _LARGEST)
    k = np.floor(inside * _INVERSE_LN2 + 0.5)
    high = inside - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (
        1.66666666666666019037e-01
        + t
        * (
            -2.77777777770155933842e-03
            + t
            * (
                6.61375632143793436117e-05
                + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08)
            )
        )
    )
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    # The last bits of 1.5·2^52 + n are those of the integer n.
    power = np.uint64(np.float64(k + (1.5 * _TWO_TO_52 + 1023.0)).view(np.uint64) << np.uint64(52))
    result: float = y * power.view(np.float64)
    result = np.inf if x > _LARGEST else result
    return 0.0 if x < _SMALLEST else result


@compiled_for("float64(float64)")
def logistic(x: float) -> float:
    """Logistic function 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-x))


@compiled_for("float64(float64)")
def normal_quantile(u: float) -> float:
    """Standard normal quantile of `u` in (0, 1), relative error below 1.2e-9 (Acklam 2003)."""
    if u < 0.02425 or u > 0.97575:
        tail = u if u < 0.5 else 1.0 - u
        q: float = np.sqrt(-2.0 * log(tail))
        x = (
            (
                (
                    ((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838)
                    * q
                    - 2.549732539343734
                )
                * q
                + 4.374664141464968
            )
            * q
            + 2.938163982698783
        ) / (
            (
                ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                + 3.754408661907416
            )
            * q
            + 1.0
        )
        return x if u < 0.5 else -x
    q = u - 0.5
    r = q * q
    return (
        (
            (
                (
                    ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02)
                    * r
                    + 1.383577518672690e02
                )
                * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239
        )
        * q
    ) / (
        (
            (
                ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                + 6.680131188771972e01
            )
            * r
            - 1.328068155288572e01
        )
        * r
        + 1.0
    )


@compiled
def exp_array(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponential of every element of a one-dimensional array."""
    result = np.empty_like(x)
    for i in range(x.size):
        result[i] = exp(x[i])
    return result


@compiled
def log_array(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of every element of a one-dimensional array."""
    result = np.empty_like(x)
    for i in range(x.size):
        result[i] = log(x[i])
    return result
