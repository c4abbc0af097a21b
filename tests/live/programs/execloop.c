// SPDX-License-Identifier: MIT
// Runs a program as often as said, and says how often that failed and with what error for the last time.
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

int main(int count, char** words) {
  if (count < 3) return 1;
  char* arguments[] = {words[1], "end at once", NULL};
  char* environment[] = {NULL};
  int failed = 0, last_error = 0;
  for (int turn = atoi(words[2]); turn > 0; --turn) {
    pid_t pid;
    int status = -1;
    const int error = posix_spawn(&pid, words[1], NULL, NULL, arguments, environment);
    if (error == 0 && waitpid(pid, &status, 0) == pid && status == 0) continue;
    ++failed;
    last_error = error;
  }
  printf("%d failed: %s\n", failed, strerror(last_error));
  return 0;
}
