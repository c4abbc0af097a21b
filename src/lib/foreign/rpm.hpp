// SPDX-License-Identifier: MIT
#pragma once
#include "lib/foreign/owners.hpp"

/// rpm's database where it is SQLite (rpm 4.16 and later): rpmdb.sqlite in /usr/lib/sysimage/rpm or /var/lib/rpm.
///
/// It has a write-ahead log, and an ordinary reader would make the log and its index where they are missing, and lock
/// them. At rest, with the log empty or absent, the file alone is the truth, and it is opened as immutable: no lock, no
/// other file. While rpm is at work the log counts too: it is read through the index that rpm has made, which is
/// opened without write permission. Such a reader holds up no writer; the worst is that the log is emptied later.
namespace minipkg::foreign {

bool has_rpm(int root_fd);
/// Of the paths exactly as they are spelled.
Owners rpm_owners(int root_fd, const Paths& paths);

}  // namespace minipkg::foreign
