// SPDX-License-Identifier: MIT
// Maps a file as code, waits for a line, and touches it: for ever, if its file server does not answer.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int count, char** words) {
  const int fd = count > 1 ? open(words[1], O_RDONLY) : -1;
  volatile char* page = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
  if (page == MAP_FAILED) return 1;
  puts("mapped");
  fflush(stdout);
  char line[16];
  if (fgets(line, sizeof line, stdin) == NULL) return 1;
  return page[0];
}
