// SPDX-License-Identifier: MIT
// The system calls that the interposer counts.
#pragma once
#include <sys/syscall.h>

#include <array>

struct Call {
  long number;
  const char* name;
};

/// Everything that changes a file system, a file's content or what is durable of it.
inline constexpr std::array calls{
    Call{SYS_write, "write"},
    Call{SYS_pwrite64, "pwrite64"},
    Call{SYS_writev, "writev"},
    Call{SYS_pwritev, "pwritev"},
    Call{SYS_pwritev2, "pwritev2"},
    Call{SYS_truncate, "truncate"},
    Call{SYS_ftruncate, "ftruncate"},
    Call{SYS_fallocate, "fallocate"},
    Call{SYS_rename, "rename"},
    Call{SYS_renameat, "renameat"},
    Call{SYS_renameat2, "renameat2"},
    Call{SYS_link, "link"},
    Call{SYS_linkat, "linkat"},
    Call{SYS_symlink, "symlink"},
    Call{SYS_symlinkat, "symlinkat"},
    Call{SYS_unlink, "unlink"},
    Call{SYS_unlinkat, "unlinkat"},
    Call{SYS_rmdir, "rmdir"},
    Call{SYS_mkdir, "mkdir"},
    Call{SYS_mkdirat, "mkdirat"},
    Call{SYS_mknod, "mknod"},
    Call{SYS_mknodat, "mknodat"},
    Call{SYS_chmod, "chmod"},
    Call{SYS_fchmod, "fchmod"},
    Call{SYS_fchmodat, "fchmodat"},
    Call{452, "fchmodat2"},  // newer than the headers
    Call{SYS_chown, "chown"},
    Call{SYS_lchown, "lchown"},
    Call{SYS_fchown, "fchown"},
    Call{SYS_fchownat, "fchownat"},
    Call{SYS_setxattr, "setxattr"},
    Call{SYS_lsetxattr, "lsetxattr"},
    Call{SYS_fsetxattr, "fsetxattr"},
    Call{SYS_removexattr, "removexattr"},
    Call{SYS_lremovexattr, "lremovexattr"},
    Call{SYS_fremovexattr, "fremovexattr"},
    Call{463, "setxattrat"},
    Call{466, "removexattrat"},
    Call{469, "file_setattr"},
    Call{SYS_utime, "utime"},
    Call{SYS_utimes, "utimes"},
    Call{SYS_futimesat, "futimesat"},
    Call{SYS_utimensat, "utimensat"},
    Call{SYS_fsync, "fsync"},
    Call{SYS_fdatasync, "fdatasync"},
    Call{SYS_syncfs, "syncfs"},
    Call{SYS_sync, "sync"},
    Call{SYS_open, "open"},
    Call{SYS_openat, "openat"},
    Call{SYS_creat, "creat"},
    Call{SYS_openat2, "openat2"},
    Call{SYS_open_by_handle_at, "open_by_handle_at"},
    Call{SYS_copy_file_range, "copy_file_range"},
    Call{SYS_sendfile, "sendfile"},
    Call{SYS_ioctl, "ioctl"},
};

/// Everything that asks something of a file system, or locks.
inline constexpr std::array reading_calls{
    Call{SYS_read, "read"},
    Call{SYS_pread64, "pread64"},
    Call{SYS_open, "open"},
    Call{SYS_openat, "openat"},
    Call{SYS_openat2, "openat2"},
    Call{SYS_stat, "stat"},
    Call{SYS_fstat, "fstat"},
    Call{SYS_lstat, "lstat"},
    Call{SYS_newfstatat, "newfstatat"},
    Call{SYS_statx, "statx"},
    Call{SYS_access, "access"},
    Call{SYS_faccessat, "faccessat"},
    Call{SYS_faccessat2, "faccessat2"},
    Call{SYS_readlink, "readlink"},
    Call{SYS_readlinkat, "readlinkat"},
    Call{SYS_getdents64, "getdents64"},
    Call{SYS_getxattr, "getxattr"},
    Call{SYS_lgetxattr, "lgetxattr"},
    Call{SYS_fgetxattr, "fgetxattr"},
    Call{SYS_listxattr, "listxattr"},
    Call{SYS_name_to_handle_at, "name_to_handle_at"},
    Call{SYS_fcntl, "fcntl"},
    Call{SYS_flock, "flock"},
};
