// SPDX-License-Identifier: MIT
#include "lib/base/fail.hpp"

#include <fmt/format.h>

#include <cstring>

#include "minipkg/text.hpp"

namespace minipkg {

std::string cannot(std::string_view verb, std::string_view object, std::string_view cause) {
  return fmt::format("cannot {} '{}': {}", verb, printable(object), cause);
}

void fail_errno(std::string_view verb, std::string_view object, int error, ErrorKind kind) {
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  throw Error(denied ? ErrorKind::permission : kind, cannot(verb, object, std::strerror(error)));
}

void fail(ErrorKind kind, std::string_view verb, std::string_view object, std::string_view cause, std::string hint) {
  throw Error(kind, cannot(verb, object, cause), std::move(hint));
}

}  // namespace minipkg
