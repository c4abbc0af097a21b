// SPDX-License-Identifier: MIT
// For -m32 -nostdlib: maps a file as code, says "ready", and waits until its input ends. No 32-bit C library is needed.

static long call(long number, long first, long second, long third) {
  long answer;
  __asm__ volatile("int $0x80" : "=a"(answer) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
  return answer;
}

enum { sys_exit = 1, sys_read = 3, sys_write = 4, sys_open = 5, sys_mmap = 90 };

__attribute__((used)) static void run(const long* stack) {
  const long count = stack[0];
  const long file = call(sys_open, stack[2], 0, 0);
  const long how[] = {0, 4096, 5 /* read, execute */, 2 /* private */, file, 0};
  const long mapped = count == 2 && file >= 0 ? call(sys_mmap, (long)how, 0, 0) : -1;
  if (mapped < 0 && mapped > -4096) call(sys_exit, 1, 0, 0);
  call(sys_write, 1, (long)"ready\n", 6);
  char byte;
  while (call(sys_read, 0, (long)&byte, 1) > 0) continue;
  call(sys_exit, 0, 0, 0);
}

__asm__(".globl _start\n_start: mov %esp, %eax\n push %eax\n call run\n");
