// SPDX-License-Identifier: MIT
// Calls foo() of libtest.so as often as each line of stdin says, and says what it answered.
#include <stdio.h>

int foo(void);

int main(void) {
  unsigned calls;
  while (scanf("%u", &calls) == 1) {
    const int answer = foo();
    for (unsigned i = 1; i < calls; ++i) {
      if (foo() != answer) puts("the answer changed");
    }
    printf("%d\n", answer);
    fflush(stdout);
  }
  return 0;
}
