// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "minipkg/plan.hpp"

namespace minipkg::plan {

/// What an entry asks for, names resolved by the root's own tables.
Attributes attributes_of(const FileEntry&, const Facts&);

/// What would have to change on disk: equal attributes give false. Directories' times are not compared.
bool differ(const Attributes&, const FileEntry&, const OnDisk&);

/// The same content: bytes of a file, text of a symlink, numbers of a device.
bool same_content(const FileEntry&, const OnDisk&);

}  // namespace minipkg::plan
