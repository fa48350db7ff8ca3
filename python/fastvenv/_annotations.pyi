from collections.abc import Iterable as Iterable
from collections.abc import Sequence as Sequence
from typing import Any as Any
from typing import Literal as Literal
from typing import Optional as Optional
from typing import Union as Union

from ._types import Activator as Activator
from ._types import ContextNamespace as ContextNamespace
from ._types import EnvDir as EnvDir
from ._types import LinkMode as LinkMode
