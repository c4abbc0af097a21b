// SPDX-License-Identifier: MIT
#pragma once
#include "lib/archive/input_file.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

/// Package::read_payload().
void read_payload(const InputFile&, Package::Form, const Manifest&, PayloadSink&);

}  // namespace minipkg::archive
