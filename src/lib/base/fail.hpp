// SPDX-License-Identifier: MIT
#pragma once
#include <cerrno>
#include <string>
#include <string_view>

#include "minipkg/error.hpp"

namespace minipkg {

/// "cannot <verb> '<object>': <cause>", the object made printable.
std::string cannot(std::string_view verb, std::string_view object, std::string_view cause);

/// Throws that sentence for an errno value: Error(permission) for EACCES, EPERM and EROFS, otherwise `kind`.
[[noreturn]] void fail_errno(std::string_view verb, std::string_view object, int error = errno,
                             ErrorKind kind = ErrorKind::cannot_answer);

[[noreturn]] void fail(ErrorKind kind, std::string_view verb, std::string_view object, std::string_view cause,
                       std::string hint = {});

}  // namespace minipkg
