"""Records: named arrays and numbers that compiled functions take whole.

A compiled function that reads thirty columns should not need thirty parameters.  It takes
the record instead and reads ``firms.employees[i]`` as uncompiled code does.  What is handed
over is one address: that of a descriptor which says where every array begins and how long
it is.  The compiler is told that a descriptor never changes during a call, so that a loop
over columns is as fast as over arrays of its own.

With compilation switched off, or through ``function.py_func``, the same function takes the
same record, and a rule can be stepped through on a table of three rows.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    unbox,
)
from numba.core.typing.templates import AttributeTemplate
from numba.np import numpy_support
from numba.np.arrayobj import make_array, populate_array

__all__ = ["Record"]

_Field = tuple[str, str, int, str]
"""Name, data type, dimensions (0 for a number) and order of a field."""

_DERIVED = ("_numba_type_", "_descriptor", "_address")


class Record:
    """Base of dataclasses that compiled functions take whole.

    Arrays, integers and floats are seen by compiled functions; other fields are not.  A
    compiled function may change the elements of an array, never the fields themselves: it
    returns what is to be set anew.
    """

    _numba_type_: RecordType
    _address: int

    def __getattr__(self, name: str) -> Any:
        if name not in ("_numba_type_", "_address"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._describe()
        return self.__dict__[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__dict__.get(name, self) is value:
            return  # As after ``record.column += 1``.
        object.__setattr__(self, name, value)
        if "_address" not in self.__dict__:
            return
        if isinstance(value, int) and name in self._numba_type_.places:
            # The number of rows changes every month, the columns hardly ever.
            self.__dict__["_descriptor"][self._numba_type_.places[name][1]] = value
            return
        for stale in _DERIVED:
            del self.__dict__[stale]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in _DERIVED}

    def _describe(self) -> None:
        """Write down where every array begins."""
        cells: list[int] = []
        layout: list[_Field] = []
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                order = "C" if value.flags.c_contiguous else "A"
                layout.append((field.name, value.dtype.str, value.ndim, order))
                cells += [value.__array_interface__["data"][0], *value.shape]
                if order == "A":
                    cells += value.strides
            elif isinstance(value, float):
                layout.append((field.name, "f8", 0, ""))
                cells.append(int(np.float64(value).view(np.int64)))
            elif isinstance(value, int):
                layout.append((field.name, "i8", 0, ""))
                cells.append(int(value))
        descriptor = np.array(cells, np.int64)
        # Into the dictionary, where frozen dataclasses can have them too.
        self.__dict__["_numba_type_"] = _record_type(type(self).__name__, tuple(layout))
        self.__dict__["_descriptor"] = descriptor
        self.__dict__["_address"] = descriptor.__array_interface__["data"][0]


class RecordType(types.Type):
    """Numba's type of a record: the type of every field and its place in the descriptor."""

    def __init__(self, name: str, layout: tuple[_Field, ...]) -> None:
        self.layout = layout
        self.places: dict[str, tuple[types.Type, int]] = {}
        cell = 0
        for field, dtype, dimensions, order in layout:
            element = numpy_support.from_dtype(np.dtype(dtype))
            if dimensions == 0:
                self.places[field] = (element, cell)
                cell += 1
                continue
            array: Any = types.Array
            self.places[field] = (array(element, dimensions, order), cell)
            cell += 1 + dimensions * (2 if order == "A" else 1)
        self.cells = cell
        digest = hashlib.sha256(repr(layout).encode()).hexdigest()[:12]
        super().__init__(name=f"{name}({digest})")


@cache
def _record_type(name: str, layout: tuple[_Field, ...]) -> RecordType:
    return RecordType(name, layout)


def _pointer(record: RecordType) -> Any:
    """Pointer to a descriptor, of a type of its own for each number of cells."""
    return ir.ArrayType(ir.IntType(64), record.cells).as_pointer()


@register_model(RecordType)
class _RecordModel(models.PrimitiveModel):
    def __init__(self, manager: Any, record: RecordType) -> None:
        super().__init__(manager, record, _pointer(record))


@unbox(RecordType)
def _unbox_record(record: RecordType, value: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(value, "_address")
    number = c.pyapi.long_as_ulonglong(address)
    c.pyapi.decref(address)
    return NativeValue(c.builder.inttoptr(number, _pointer(record)))


@infer_getattr
class _RecordAttribute(AttributeTemplate):
    key = RecordType

    def generic_resolve(self, record: Any, name: Any) -> Any:  # type: ignore[override]
        found = record.places.get(name)
        return None if found is None else found[0]


@lower_getattr_generic(RecordType)
def _read_field(context: Any, builder: Any, record: RecordType, value: Any, name: str) -> Any:
    kind, place = record.places[name]
    zero = ir.IntType(64)(0)
    for argument in builder.function.args:
        if argument.type == value.type:
            # Lets the compiler read addresses before a loop that may not need them.
            argument.attributes.dereferenceable = 8 * record.cells
            argument.attributes.align = 8

    def cell(number: int) -> Any:
        loaded = builder.load(builder.gep(value, [zero, zero.type(place + number)]), align=8)
        # No function writes to a descriptor, so that loops need not read it again and again.
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded

    if not isinstance(kind, types.Array):
        word = cell(0)
        return builder.bitcast(word, ir.DoubleType()) if kind == types.float64 else word
    array = make_array(kind)(context, builder)
    itemsize = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    word = context.get_value_type(types.intp)
    shape = [cell(1 + axis) for axis in range(kind.ndim)]
    if kind.layout == "C":
        strides = [ir.Constant(word, itemsize)]
        for length in reversed(shape[1:]):
            strides.insert(0, builder.mul(strides[0], length))
    else:
        strides = [cell(1 + kind.ndim + axis) for axis in range(kind.ndim)]
    data = builder.inttoptr(cell(0), array.data.type)
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=itemsize, meminfo=None)
    return array._getvalue()
