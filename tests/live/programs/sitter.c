// SPDX-License-Identifier: MIT
// Enters libtest.so and never comes back.
void justsit(void);

int main(void) {
  justsit();
  return 0;
}
