// SPDX-License-Identifier: MIT
// Maps a file, moves its own arguments there (prctl PR_SET_MM), and waits: /proc/PID/cmdline is read from that file.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char** words) {
  const int fd = count > 1 ? open(words[1], O_RDONLY) : -1;
  char* page = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  if (page == MAP_FAILED) return 1;
  const unsigned long first = (unsigned long)page;
  // Neither may pass the other on the way: which goes first depends on where the page lies.
  const int end_first = prctl(PR_SET_MM, PR_SET_MM_ARG_END, first + 4096, 0, 0) == 0;
  if (prctl(PR_SET_MM, PR_SET_MM_ARG_START, first, 0, 0) != 0) return 2;
  if (!end_first && prctl(PR_SET_MM, PR_SET_MM_ARG_END, first + 4096, 0, 0) != 0) return 2;
  puts("moved");
  fflush(stdout);
  for (;;) pause();
}
