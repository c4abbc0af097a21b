// SPDX-License-Identifier: MIT
#pragma once

namespace minipkg::cli {

/// From here on SIGINT, SIGTERM and SIGHUP only set a flag, which the transaction asks for before each step.
/// One that is ignored already (nohup) stays ignored.
void catch_signals();

/// The signal that came last, or 0.
int received_signal();

/// That a caller ignores SIGCHLD is inherited, and the kernel would forget what became of our own children.
void ask_for_children();

/// A closed pipe, or a file that must not grow, is found out by write() itself, never by a signal that would kill a
/// transaction half-way;
/// and descriptors 0 to 2 are open, so that no database can take their numbers.
void protect_standard_streams();

}  // namespace minipkg::cli
