// SPDX-License-Identifier: MIT
#pragma once
#include "lib/archive/member_source.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

/// Package::read_payload().
void read_payload(MemberSource&, Package::Form, OddNames, const Manifest&, PayloadSink&);

}  // namespace minipkg::archive
