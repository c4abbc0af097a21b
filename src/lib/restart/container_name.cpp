// SPDX-License-Identifier: MIT
#include "lib/restart/container_name.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace minipkg::restart {
namespace {

constexpr std::string_view scope = ".scope", service = ".service";

/// What stands between; nothing if it does not, or if that is empty.
std::optional<std::string_view> between(std::string_view prefix, std::string_view text, std::string_view suffix) {
  if (text.size() <= prefix.size() + suffix.size() || !text.starts_with(prefix) || !text.ends_with(suffix)) return {};
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return hex_value(c) >= 0; });
}

/// What docker and its kin call a container by: 64 digits, shown as 12.
constexpr std::size_t id_length = 64, shown_length = 12;
bool is_id(std::string_view text) { return text.size() == id_length && is_hex(text); }

Container with_id(std::string_view engine, std::string_view id) {
  return {std::string(engine), std::string(id.substr(0, shown_length))};
}

/// Undoes unit_name_escape(): "\x2d" is '-'. A machine's name has no '/', so a '-' is left as it is.
std::string unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const bool escaped = text.size() >= 4 && text.starts_with("\\x") && is_hex(text.substr(2, 2));
    plain += escaped ? static_cast<char>(hex_value(text[2]) * 16 + hex_value(text[3])) : text.front();
    text.remove_prefix(escaped ? 4 : 1);
  }
  return plain;
}

/// libvirt registers "qemu-1-NAME" and "lxc-1-NAME" with machined, everybody else the name itself.
Container machine(std::string_view escaped) {
  const std::string name = unescaped(escaped);
  for (const auto& [prefix, engine] : {std::pair{"qemu-", "qemu"}, std::pair{"lxc-", "libvirt-lxc"}}) {
    if (!name.starts_with(prefix)) continue;
    const std::size_t digits = name.find('-') + 1;
    const std::size_t end = name.find_first_not_of("0123456789", digits);
    if (end != std::string::npos && end > digits && name[end] == '-' && end + 1 < name.size()) {
      return {engine, name.substr(end + 1)};
    }
  }
  return {"nspawn", name};
}

/// The group is named after an engine and an id, with or without systemd: "docker-ID.scope", "libpod-ID".
Container engine_and_id(std::string_view component) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> prefixes{{{"docker-", "docker"},
                                                                                   {"libpod-", "podman"},
                                                                                   {"libpod-payload-", "podman"},
                                                                                   {"libpod-conmon-", "podman"},
                                                                                   {"cri-containerd-", "containerd"},
                                                                                   {"nerdctl-", "containerd"},
                                                                                   {"crio-", "crio"},
                                                                                   {"crio-conmon-", "crio"}}};
  if (component.ends_with(scope)) component.remove_suffix(scope.size());
  for (const auto& [prefix, engine] : prefixes) {
    const auto id = between(prefix, component, "");
    if (id && is_id(*id)) return with_id(engine, *id);
  }
  return {};
}

/// runc without systemd, told to use systemd's names: "kubepods-burstable-pod1.slice:cri-containerd:ID".
Container slice_engine_and_id(std::string_view component) {
  const std::size_t engine = component.find(".slice:");
  const std::size_t id = component.rfind(':');
  if (engine == std::string_view::npos || id < engine + 7) return {};
  std::string name(component.substr(engine + 7));
  name[id - engine - 7] = '-';
  return engine_and_id(name);
}

Container lxc(std::string_view component, std::string_view outer) {
  for (const std::string_view directory : {"lxc.payload", "lxc.monitor", "lxc"}) {
    if (outer == directory) return {"lxc", std::string(component)};
  }
  for (const std::string_view prefix : {"lxc.payload.", "lxc.monitor."}) {
    if (const auto name = between(prefix, component, "")) return {"lxc", std::string(*name)};
  }
  return {};
}

Container nspawn(std::string_view component, std::string_view outer) {
  if (const auto name = between("machine-", component, scope)) return machine(*name);
  if (const auto name = between("systemd-nspawn@", component, service)) return {"nspawn", unescaped(*name)};
  // Unregistered (--register=no): the unit it was started in names it, if there is one.
  if (component != "payload") return {};
  if (outer.empty()) return {"nspawn", "unregistered"};
  for (const std::string_view kind : {service, scope}) {
    if (const auto name = between("", outer, kind)) return {"nspawn", std::string(*name)};
  }
  return {};
}

/// The group is the id alone: what is around it tells the engine, if anything does.
Container bare_id(std::string_view component, std::string_view outer) {
  if (!is_id(component)) return {};
  if (outer == "docker") return with_id("docker", component);
  if (outer == "libpod_parent") return with_id("podman", component);
  if (outer == "k8s.io" || outer == "default" || outer == "moby") return with_id("containerd", component);
  const bool in_pod = outer.starts_with("pod") || outer.starts_with("kubepods");
  return with_id(in_pod ? "kubernetes" : "container", component);
}

}  // namespace

Container container_named(std::string_view component, std::string_view outer) {
  for (Container found : {engine_and_id(component), slice_engine_and_id(component), lxc(component, outer),
                          nspawn(component, outer), bare_id(component, outer)}) {
    if (!found.engine.empty()) return found;
  }
  return {};
}

}  // namespace minipkg::restart
