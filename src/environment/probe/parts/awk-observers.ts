/** What the kinds' `awk` lines can use, beside the library: read once from `/proc/TARGET`. */
export const awkObservers = String.raw`
function status_word(name, n,   words) {
  split(status[name], words, " ")
  return words[n]
}
function numbers(text) {
  gsub(/[ \t]+/, " ", text); sub(/^ /, "", text); sub(/ $/, "", text)
  return text == "" ? "none" : text
}
function cgroup(version_2, version_1,   text) {
  cgroup_version = 2; cgroup_file = "/sys/fs/cgroup/" version_2
  text = version_2 == "" ? "" : first(cgroup_file)
  if (text != "") return text
  cgroup_version = 1; cgroup_file = "/sys/fs/cgroup/" version_1
  text = first(cgroup_file)
  return text == "" ? "no cgroup to be seen" : text
}
function size(text) {
  if (text == "max" || text + 0 >= 9000000000000000000) return "none"
  if (text ~ /[^0-9]/) return text
  return text % 1048576 == 0 ? sprintf("%.0f MiB", text / 1048576) : text " bytes"
}
function mount_size(place) {
  if (!(place in mount_type)) return "not a file system of its own"
  return match(mount_limits[place], /size=[0-9]+[a-z]?/) ? substr(mount_limits[place], RSTART + 5, RLENGTH - 5) : "unlimited"
}
# What a file says but for comments, in one line; without the lines that give this name an address.
function lines_of(file, name,   text, said, parts, n, i, got) {
  file_read = 0
  while ((got = (getline text < file)) > 0) {
    file_read = 1
    sub(/[#;].*/, "", text)
    text = numbers(text)
    if (text == "none") continue
    n = split(text, parts, " ")
    for (i = 2; i <= n; i++) if (name != "" && parts[i] == name) break
    if (i <= n) continue
    said = said (said == "" ? "" : "; ") text
  }
  if (got == 0) file_read = 1
  close(file)
  return said
}
function hex_byte(text) {
  return 16 * (index("0123456789ABCDEF", substr(text, 1, 1)) - 1) + index("0123456789ABCDEF", substr(text, 2, 1)) - 1
}
function address(hex) {
  return hex_byte(substr(hex, 7)) "." hex_byte(substr(hex, 5)) "." hex_byte(substr(hex, 3)) "." hex_byte(hex)
}
# proc_net_route: interface, destination, gateway, flags, reference count, use, metric, mask; addresses as little-endian hex.
function default_route(file,   text, parts, gateways, n, i, network_of, said) {
  while ((getline text < file) > 0) {
    split(text, parts, "\t")
    if (parts[2] == "00000000" && parts[8] == "00000000") gateways[++n] = parts[1] " " parts[3]
    else if (parts[3] == "00000000") network_of[parts[1]] = address(parts[2]) " mask " address(parts[8])
  }
  close(file)
  for (i = 1; i <= n; i++) {
    split(gateways[i], parts, " ")
    said = said (said == "" ? "" : "; ") address(parts[2]) " in " (parts[1] in network_of ? network_of[parts[1]] : "no network")
  }
  return said == "" ? "none" : said
}
function read_status(   text, at) {
  status_file = "/proc/" target "/status"
  while ((getline text < status_file) > 0) {
    at = index(text, ":")
    status[substr(text, 1, at - 1)] = numbers(substr(text, at + 1))
  }
  close(status_file)
}
# proc_pid_mountinfo(5): the place is field 5, its options field 6; after a lone "-" come type, source and limits.
function read_mounts(   text, parts, n, i) {
  mounts_file = "/proc/" target "/mountinfo"
  while ((getline text < mounts_file) > 0) {
    n = split(text, parts, " ")
    for (i = 7; i < n && parts[i] != "-"; i++);
    mount_mode[parts[5]] = parts[6] ~ /^ro(,|$)/ ? "read-only" : "writable"
    mount_type[parts[5]] = parts[i + 1]
    mount_limits[parts[5]] = parts[i + 3]
  }
  close(mounts_file)
}
`
