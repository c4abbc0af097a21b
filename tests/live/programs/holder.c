// SPDX-License-Identifier: MIT
// Opens a file once, says the descriptor's number, and reads it from the beginning for each line of stdin.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char** words) {
  char line[256];
  const int fd = count > 1 ? open(words[1], O_RDONLY) : -1;
  if (fd < 0) return 1;
  printf("%d\n", fd);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    const ssize_t size = pread(fd, line, sizeof line - 1, 0);
    if (size < 0) return 1;
    printf("%.*s\n", (int)size, line);
    fflush(stdout);
  }
  return 0;
}
