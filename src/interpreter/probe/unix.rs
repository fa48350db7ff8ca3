//! An interpreter with all processes below it, on POSIX systems.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process_group};

/// Lets a command start in a process group of its own.
pub(super) fn set_apart(command: &mut Command) {
    command.process_group(0);
}

/// Ends a child that was started so and has not been waited for, with the processes that it has started.
pub(super) fn kill(child: &mut Child) {
    // It fails only if all of them have ended.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}
