// SPDX-License-Identifier: MIT
// Says its version and waits; with an argument it only ends.
#include <stdio.h>
#include <unistd.h>

int main(int count, char** words) {
  (void)words;
  if (count > 1) return 0;
  puts(VERSION);
  fflush(stdout);
  for (;;) pause();
}
