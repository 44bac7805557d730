/** Gives back what the shell has made of the variables that it exports by itself: its folder, its depth. */
export const restoreVariables = `
{ if [ -n "$purser_had_locale" ]; then LC_ALL=$purser_locale; else unset LC_ALL; fi; } 2> /dev/null
for purser_name in PWD OLDPWD SHLVL; do
  eval "purser_value=\\\${purser_env_$purser_name-}; purser_had=\\\${purser_env_$purser_name+yes}"
  if [ -z "$purser_had" ]; then unset "$purser_name"
  elif [ "$purser_name" != SHLVL ] || [ -z "\${BASH_VERSION-}" ]; then
    eval "export $purser_name=\\"\\$purser_value\\""
  fi
done`

/**
 * The shell's end. bash counts SHLVL back when it is replaced, and sets `_`: only `env` can take away what it was not
 * started with. Where the program's name would look like an assignment to that, they stay.
 */
export const becomeCommand = `
purser_surplus=
if [ -n "\${BASH_VERSION-}" ]; then
  [ -n "\${purser_env_SHLVL+yes}" ] || purser_surplus='-u SHLVL'
  [ -n "\${purser_env__+yes}" ] || purser_surplus="$purser_surplus -u _"
fi
case $1 in *=*) purser_surplus= ;; esac
[ -z "$purser_surplus" ] || exec env $purser_surplus "$@"
exec "$@"`
