// SPDX-License-Identifier: MIT
#include "lib/store/vfs.hpp"

#include <sqlite3.h>

#include <cstring>

namespace minipkg::store {
namespace {

constexpr const char* name = "minipkg-exact-names";

int as_it_is(sqlite3_vfs*, const char* path, int room, char* out) {
  const std::size_t length = std::strlen(path);
  if (length >= static_cast<std::size_t>(room)) return SQLITE_CANTOPEN;
  std::memcpy(out, path, length + 1);
  return SQLITE_OK;
}

sqlite3_vfs make() {
  sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
  vfs.pNext = nullptr;
  vfs.zName = name;
  vfs.xFullPathname = as_it_is;
  return vfs;
}

}  // namespace

const char* exact_names_vfs() {
  static sqlite3_vfs vfs = make();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? name : nullptr;
}

}  // namespace minipkg::store
