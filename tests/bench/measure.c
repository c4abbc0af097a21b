// SPDX-License-Identifier: MIT
// measure COMMAND...: runs it in silence, and says how many milliseconds it took and how many KiB it had at most. A
// small program: what a process had before exec(3) counts as its own.
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int count, char** words) {
  struct timespec began, ended;
  if (count < 2) return 2;
  clock_gettime(CLOCK_MONOTONIC, &began);
  const pid_t pid = fork();
  if (pid == 0) {
    const int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
    execvp(words[1], words + 1);
    _exit(127);
  }
  struct rusage usage;
  int status = 0;
  if (wait4(pid, &status, 0, &usage) != pid || WEXITSTATUS(status) == 127) return 1;
  clock_gettime(CLOCK_MONOTONIC, &ended);
  printf("%.3f %ld\n", 1e3 * (double)(ended.tv_sec - began.tv_sec) + 1e-6 * (double)(ended.tv_nsec - began.tv_nsec),
         usage.ru_maxrss);
  return 0;
}
