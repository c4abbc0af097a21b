// SPDX-License-Identifier: MIT
// Runs a command as on a kernel that lacks some system calls: seccomp lets them fail with ENOSYS.
//
//   without CALL… -- COMMAND…
//
// CALL:EPERM fails with EPERM, as in containers whose profile does not know the call; CALL:EAGAIN with EAGAIN.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <vector>

namespace {

struct Call {
  std::string_view name;
  long number;
};
constexpr std::array calls{Call{"openat2", SYS_openat2}, Call{"landlock_create_ruleset", SYS_landlock_create_ruleset},
                           Call{"seccomp", SYS_seccomp}, Call{"close_range", SYS_close_range},
                           Call{"setresuid", SYS_setresuid}};

void forbid_prctl(std::vector<sock_filter>& filter) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 4));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
}

struct Missing {
  long number;
  unsigned error;
};

bool install_filter(const std::vector<Missing>& missing) {
  std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const auto& [number, error] : missing) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
    // Its older name.
    if (number == SYS_seccomp) forbid_prctl(filter);
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Missing> missing;
  int at = 1;
  for (; at < argc && std::string_view(argv[at]) != "--"; ++at) {
    const std::size_t before = missing.size();
    const std::string_view asked = argv[at], name = asked.substr(0, asked.find(':'));
    const unsigned error = asked.ends_with(":EPERM") ? EPERM : asked.ends_with(":EAGAIN") ? EAGAIN : ENOSYS;
    for (const Call& call : calls) {
      if (call.name == name) missing.push_back({call.number, error});
    }
    if (missing.size() == before) return std::fprintf(stderr, "without: unknown call %s\n", argv[at]), 125;
  }
  if (at + 1 >= argc) return std::fprintf(stderr, "without: wrong usage, see its source\n"), 125;
  if (!install_filter(missing)) return std::perror("without: seccomp"), 125;
  ::execvp(argv[at + 1], argv + at + 1);
  std::perror(argv[at + 1]);
  return 125;
}
