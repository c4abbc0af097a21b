// SPDX-License-Identifier: MIT
// The library of the experiments. Its first version is long and the later ones are short: who runs the old code in a
// file that was overwritten by a new one finds nothing there.
#include <stdio.h>

#if ANSWER == 1
__asm__(".text\n.skip 65536, 0x90\n");
#endif

__attribute__((section(".text.behind"))) int foo(void) { return ANSWER; }

void justsit(void) {
  puts("inside");
  fflush(stdout);
  for (volatile unsigned turns = 0;; ++turns) {
  }
}
