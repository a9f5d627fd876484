# Runs a program in a pod: own files over /etc and an own host name, no core files, first to go when memory is short, and no
# capability. A file that the machine does not have is left out. Arguments: folder of the files, host name, memory of each
# process in KiB or `unlimited`, command.
etc=$1; name=$2; memory=$3; shift 3
for file in resolv.conf hosts nsswitch.conf; do
  [ -e "/etc/$file" ] && mount --bind "$etc/$file" "/etc/$file"
done
hostname "$name" 2>/dev/null || echo "$name" > /proc/sys/kernel/hostname
ulimit -c 0
ulimit -d "$memory"
(echo 500 > /proc/self/oom_score_adj) 2>/dev/null
exec setpriv --ambient-caps=-all --inh-caps=-all --bounding-set=-all --no-new-privs -- "$@"
