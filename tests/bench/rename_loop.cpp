// SPDX-License-Identifier: MIT
// rename_loop STAGED TREE: moves each STAGED/N over the N-th path that stdin names below TREE. The floor of exposure.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

int main(int, char** argv) {
  std::vector<std::string> paths;
  for (std::string path; std::getline(std::cin, path);) paths.push_back(std::string(argv[2]) + "/" + path);
  const std::string staged = std::string(argv[1]) + "/";
  for (std::size_t at = 0; at < paths.size(); ++at) {
    if (std::rename((staged + std::to_string(at)).c_str(), paths[at].c_str()) != 0) {
      std::perror(paths[at].c_str());
      return 1;
    }
  }
}
