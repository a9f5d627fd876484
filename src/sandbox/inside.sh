# The first process inside the sandbox's namespaces: prepares the place, runs the program it is given, and collects orphans,
# which Node would leave as zombies. Everything that the sandbox writes goes to a tmpfs over /run, which ends with the mount
# namespace and also hides the machine's own resolvers. Until the program starts stderr is a pipe to the program outside, so
# that a failure becomes a diagnostic; fd 4 is the real stderr. MODELMOAT_KEEP names entries of /run that must stay.
set -e
resolv=$(readlink -f /etc/resolv.conf || echo /etc/resolv.conf)
exec 5</run
mount -t tmpfs -o mode=0755 moat /run
for name in $MODELMOAT_KEEP; do
  if [ -d "/proc/self/fd/5/$name" ]; then mkdir -p "/run/$name"; else : > "/run/$name"; fi
  mount --no-canonicalize --rbind "/proc/self/fd/5/$name" "/run/$name"
done
exec 5<&-
mkdir -p /run/netns /run/moat/tmp
case $resolv in /run/*) mkdir -p "$(dirname "$resolv")"; [ -e "$resolv" ] || : > "$resolv" ;; esac
unset MODELMOAT_KEEP
echo 'moat: inside' >&2
exec 2>&4 4>&- 6<&0
"$@" <&6 6<&- &
exec <&- >&- 3>&- 6<&-
wait $!
exit $?
