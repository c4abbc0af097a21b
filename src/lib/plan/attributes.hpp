// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "minipkg/plan.hpp"

namespace minipkg::plan {

/// What an entry asks for, names resolved by the root's own tables.
Attributes attributes_of(const FileEntry&, const Facts&);
/// The same, as far as the file system can hold it: what it cannot is as it is there already.
Attributes attributes_of(const FileEntry&, const Facts&, const PathFact&);

/// The time a file system gives back when it is told this one, seconds since 1970.
std::int64_t time_on(FileSystem, std::int64_t seconds);

/// What would have to change on disk: equal attributes give false. Directories' times are not compared.
bool differ(const Attributes&, const FileEntry&, const OnDisk&);

/// The same content: bytes of a file, text of a symlink, numbers of a device.
bool same_content(const FileEntry&, const OnDisk&);

}  // namespace minipkg::plan
