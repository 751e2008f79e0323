from .columns import Table as Table
from .coordinators import CoordinatorTable as CoordinatorTable
from .firms import FirmTable as FirmTable
from .research_bodies import ResearchBodyTable as ResearchBodyTable
from .shell import Coordinator as Coordinator
from .shell import Firm as Firm
from .shell import Institute as Institute
from .shell import University as University
