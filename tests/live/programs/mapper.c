// SPDX-License-Identifier: MIT
// Maps a file as code, closes it, and waits.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int count, char** words) {
  const int fd = count > 1 ? open(words[1], O_RDONLY) : -1;
  if (fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED) return 1;
  close(fd);
  puts("mapped");
  fflush(stdout);
  for (;;) pause();
}
