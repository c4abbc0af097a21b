// SPDX-License-Identifier: MIT
// SQLite can load extensions, which nobody here asks it for. In a program that is linked statically the C library's
// dlopen would want the shared libraries of its own version, so the linker gives it this one, which finds nothing.
extern "C" void* __wrap_dlopen(const char*, int) { return nullptr; }  // NOLINT: the linker's name for it
