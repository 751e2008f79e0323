from .scenarios.attribution.attribution import explore as explore
from .scenarios.comparison.comparison import compare as compare
from .scenarios.model import ClusterModel as ClusterModel
from .scenarios.runs.execution import build_settings as build_settings
from .scenarios.runs.execution import run as run
from .scenarios.schema import Scenario as Scenario
from .sim.simulation import Simulation as Simulation
from .version import __version__ as __version__
