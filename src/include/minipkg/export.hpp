// SPDX-License-Identifier: MIT
#pragma once
/// Marks what libminipkg exports; everything else is hidden.
#define MINIPKG_API __attribute__((visibility("default")))
