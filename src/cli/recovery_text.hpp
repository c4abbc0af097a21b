// SPDX-License-Identifier: MIT
#pragma once
#include "minipkg/system.hpp"

namespace minipkg::cli {

inline const char* sentence(Recovery recovery) {
  switch (recovery) {
    case Recovery::nothing_to_do:
      return "Nothing to recover\n";
    case Recovery::undone:
      return "The interrupted transaction was undone\n";
    case Recovery::finished:
      return "The interrupted transaction was finished\n";
  }
  return "";
}

}  // namespace minipkg::cli
