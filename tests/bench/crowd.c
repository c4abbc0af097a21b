// SPDX-License-Identifier: MIT
// crowd N: N processes that map what this one is linked with and sleep. Says "ready"; ends them all when stdin ends.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char** words) {
  const int wanted = count > 1 ? atoi(words[1]) : 0;
  pid_t* pids = calloc((size_t)wanted + 1, sizeof *pids);
  for (int n = 0; n < wanted; ++n) {
    pids[n] = fork();
    if (pids[n] < 0) return 1;
    if (pids[n] > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) pause();
  }
  puts("ready");
  fflush(stdout);
  for (char byte; read(0, &byte, 1) > 0;) {
  }
  for (int n = 0; n < wanted; ++n) kill(pids[n], SIGKILL);
  while (wait(NULL) > 0) {
  }
  return 0;
}
