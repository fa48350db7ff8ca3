"""Loads the variables of `sysconfig`.

In Python 3.9 to 3.11, a thread that asks `sysconfig` while another one is the first to ask sees only a part of the
variables, or gets a RuntimeError (gh-92452). The lock that an import takes lets only one thread be the first.
"""

import sysconfig

sysconfig.get_config_vars()
