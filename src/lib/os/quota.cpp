// SPDX-License-Identifier: MIT
#include "lib/os/quota.hpp"

#include <sys/quota.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace minipkg::os {
namespace {

#ifndef SYS_quotactl_fd
constexpr long SYS_quotactl_fd = 443;  // of every architecture; glibc has no wrapper
#endif

constexpr std::uint64_t quota_unit = 1024;  // of block limits, quotactl(2)

/// A soft limit binds once its time of grace is over.
std::optional<std::uint64_t> left(std::uint64_t hard, std::uint64_t soft, std::uint64_t used,
                                  std::uint64_t grace_ends) {
  const bool over =
      soft != 0 && used > soft && grace_ends != 0 && grace_ends <= static_cast<std::uint64_t>(std::time(nullptr));
  if (over) return 0;
  if (hard == 0) return std::nullopt;
  return hard - std::min(hard, used);
}

std::optional<Limit> quota_limit(int fd, LimitKind kind, int type, unsigned id) {
  struct dqblk quota {};
  if (::syscall(SYS_quotactl_fd, fd, static_cast<unsigned>(QCMD(Q_GETQUOTA, type)), id, &quota) != 0) {
    return std::nullopt;
  }
  Limit limit;
  limit.kind = kind;
  limit.bytes =
      left(quota.dqb_bhardlimit * quota_unit, quota.dqb_bsoftlimit * quota_unit, quota.dqb_curspace, quota.dqb_btime);
  limit.inodes = left(quota.dqb_ihardlimit, quota.dqb_isoftlimit, quota.dqb_curinodes, quota.dqb_itime);
  if (!limit.bytes && !limit.inodes) return std::nullopt;
  return limit;
}

}  // namespace

std::vector<Limit> quota_limits(int fd) {
  std::vector<Limit> limits;
  if (auto user = quota_limit(fd, LimitKind::user_quota, USRQUOTA, ::geteuid())) limits.push_back(*user);
  if (auto group = quota_limit(fd, LimitKind::group_quota, GRPQUOTA, ::getegid())) limits.push_back(*group);
  return limits;
}

}  // namespace minipkg::os
