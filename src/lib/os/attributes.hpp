// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "minipkg/plan.hpp"

namespace minipkg::os {

/// Gives a file its owner, mode, xattrs and times, in the order that keeps setuid and capabilities (chown(2) clears
/// both). Only what differs from `now` is touched. Opens with O_PATH only, so that no device, fifo or file server is
/// waited for and a symlink put in its place is not followed; refuses if the inode is not that of `now`.
void set_attributes(int dirfd, const char* name, const Attributes&, const OnDisk& now, const std::string& path);

/// The same through an open descriptor of the file: fewer calls, for files just written.
void set_attributes(int fd, const Attributes&, const OnDisk& now, const std::string& path);

/// What of the attributes a file system can hold at all; what it cannot is as in `now`.
Attributes as_held(Attributes, FileSystem, const OnDisk& now);

/// All xattrs a package may carry: user.*, trusted.*, security.capability and the POSIX ACLs. Labels of security
/// modules are not among them. Empty where the file system has none.
Xattrs read_xattrs(int dirfd, const char* name, const std::string& path);
/// The same of what a descriptor stands for, which may be O_PATH.
Xattrs read_xattrs(int fd, const std::string& path);

/// Sets a directory's or file's mtime to nanoseconds since 1970, atime untouched. The descriptor may be O_PATH.
void set_mtime(int fd, std::int64_t nanoseconds, const std::string& path);

/// The same by name; refuses if the inode is not that of `now`.
void set_mtime(int dirfd, const char* name, const OnDisk& now, std::int64_t nanoseconds, const std::string& path);

}  // namespace minipkg::os
