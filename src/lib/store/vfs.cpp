// SPDX-License-Identifier: MIT
#include "lib/store/vfs.hpp"

#include <sqlite3.h>

#include <cstring>

namespace minipkg::store {
namespace {

constexpr const char* name = "minipkg-exact-names";

const sqlite3_vfs& system_vfs() {
  static const sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  return *vfs;
}

int as_it_is(sqlite3_vfs*, const char* path, int room, char* out) {
  const std::size_t length = std::strlen(path);
  if (length >= static_cast<std::size_t>(room)) return SQLITE_CANTOPEN;
  std::memcpy(out, path, length + 1);
  return SQLITE_OK;
}

int open_unless_foreign(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;  // so that nothing is closed
  if ((flags & SQLITE_OPEN_WAL) != 0) return refused_log;
  if ((flags & SQLITE_OPEN_SUPER_JOURNAL) != 0) return SQLITE_CANTOPEN;
  return system_vfs().xOpen(vfs, path, file, flags, out_flags);
}

sqlite3_vfs make() {
  sqlite3_vfs vfs = system_vfs();
  vfs.pNext = nullptr;
  vfs.zName = name;
  vfs.xFullPathname = as_it_is;
  vfs.xOpen = open_unless_foreign;
  return vfs;
}

}  // namespace

const int refused_log = SQLITE_CANTOPEN_DIRTYWAL;

const char* exact_names_vfs() {
  static sqlite3_vfs vfs = make();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? name : nullptr;
}

}  // namespace minipkg::store
