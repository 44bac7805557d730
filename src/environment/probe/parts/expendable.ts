/**
 * The first thing that a shell of ours says in the app's container, where what it takes counts as the app's: when the
 * memory that the app may take is full, the kernel ends us and what we started, and never the app (proc_pid_oom_score_adj(5)).
 */
export const expendable = '{ echo 1000 > "/proc/$$/oom_score_adj"; } 2> /dev/null'
