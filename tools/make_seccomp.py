"""Writes the seccomp filters that grader/worker/seccomp.py loads: ``python tools/make_seccomp.py [--check]``.

Four files of raw BPF, one for each machine and profile. The assembler is ours, because a filter is only a search tree
over call numbers with a few argument tests at its leaves: no dependency, and the same bytes everywhere.

Every call that Linux 6.18 knows stands in exactly one class below, as ``name=x86_64/aarch64`` ("-": not on that
machine). The numbers are those of arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h; a test
compares them with libseccomp where it is installed. A call of a newer kernel is answered as a kernel of today would:
ENOSYS.
"""

from __future__ import annotations

import argparse
import struct
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "grader" / "worker"

# answered in both profiles; NumPy's own work was seen to use 18 of these
ALLOWED = """
    # files already open, and opening what Landlock lets through
    read=0/63 write=1/64 readv=19/65 writev=20/66 pread64=17/67 pwrite64=18/68 preadv=295/69 pwritev=296/70
    preadv2=327/286 pwritev2=328/287 close=3/57 close_range=436/436 lseek=8/62 dup=32/23
    dup2=33/- dup3=292/24 getdents=78/- getdents64=217/61 stat=4/- fstat=5/80 lstat=6/- newfstatat=262/79
    statx=332/291 access=21/- faccessat=269/48 faccessat2=439/439 readlink=89/- readlinkat=267/78 getcwd=79/17
    poll=7/- ppoll=271/73 select=23/- pselect6=270/72
    # memory
    brk=12/214 mmap=9/222 munmap=11/215 mremap=25/216 mprotect=10/226 madvise=28/233
    # signals to and timers of this process
    rt_sigaction=13/134 rt_sigprocmask=14/135 rt_sigreturn=15/139 rt_sigpending=127/136 rt_sigtimedwait=128/137
    rt_sigsuspend=130/133 sigaltstack=131/132 restart_syscall=219/128 pause=34/- alarm=37/- getitimer=36/102
    setitimer=38/103
    # time
    nanosleep=35/101 clock_nanosleep=230/115 clock_gettime=228/113 clock_getres=229/114 gettimeofday=96/169 time=201/-
    times=100/153
    # facts about this process and machine
    getpid=39/172 gettid=186/178 getppid=110/173 getpgrp=111/- getuid=102/174 geteuid=107/175 getgid=104/176
    getegid=108/177 getgroups=115/158 getresuid=118/148 getresgid=120/150 uname=63/160 sysinfo=99/179 getrusage=98/165
    getrlimit=97/163 sched_getaffinity=204/123 getcpu=309/168 getrandom=318/278
    # threads, where the process limit permits one
    futex=202/98 sched_yield=24/124 set_tid_address=218/96 set_robust_list=273/99 rseq=334/293
    # the end
    exit=60/93 exit_group=231/94
"""
# answered in the deny profile only: for a C library that needs a call the allow profile does not know
HARMLESS = """
    # harmless, but no exercise needs it
    pipe=22/- pipe2=293/59 flock=73/32 fsync=74/82 fdatasync=75/83 chdir=80/49 fchdir=81/50 umask=95/166 wait4=61/260
    waitid=247/95 statfs=137/43 fstatfs=138/44 sysfs=139/- getpriority=140/141 getpgid=121/155 getsid=124/156
    sched_getparam=143/121 sched_getscheduler=145/120 sched_get_priority_max=146/125 sched_get_priority_min=147/126
    sched_rr_get_interval=148/127 sched_getattr=315/275 msync=26/227 munlock=150/229 munlockall=152/231 capget=125/90
    arch_prctl=158/- set_thread_area=205/- get_thread_area=211/- readahead=187/213 epoll_create=213/-
    epoll_create1=291/20 epoll_ctl=233/21 epoll_wait=232/- epoll_pwait=281/22 epoll_pwait2=441/441 eventfd=284/-
    eventfd2=290/19 signalfd=282/- signalfd4=289/74 timerfd_create=283/85 timerfd_settime=286/86
    timerfd_gettime=287/87 timer_create=222/107 timer_settime=223/110 timer_gettime=224/108 timer_getoverrun=225/109
    timer_delete=226/111 fadvise64=221/223 get_robust_list=274/100 ioprio_get=252/31 get_mempolicy=239/236
    pkey_mprotect=329/288 pkey_alloc=330/289 pkey_free=331/290 membarrier=324/283 map_shadow_stack=453/453
    mseal=462/462 futex_waitv=449/449 futex_wake=454/454 futex_wait=455/455 futex_requeue=456/456 cachestat=451/451
"""
# decided by an argument: see rules()
RULED = """
    open=2/- openat=257/56 clone=56/220 ioctl=16/29 fcntl=72/25 prlimit64=302/261 tgkill=234/131 prctl=157/167
"""
# answered with ENOSYS: the argument lies in memory, where a filter cannot look, and C libraries fall back to the
# older call
ABSENT = """
    clone3=435/435 openat2=437/437
"""
# answered with EPERM in both profiles: the student sees a PermissionError
REFUSED = """
    # processes
    fork=57/- vfork=58/- execve=59/221 execveat=322/281 unshare=272/97 setns=308/268 ptrace=101/117 kcmp=312/272
    process_vm_readv=310/270 process_vm_writev=311/271 process_madvise=440/440 process_mrelease=448/448 setsid=112/157
    setpgid=109/154
    # signals to others
    kill=62/129 tkill=200/130 rt_sigqueueinfo=129/138 rt_tgsigqueueinfo=297/240 pidfd_open=434/434 pidfd_getfd=438/438
    pidfd_send_signal=424/424
    # sockets
    socket=41/198 socketpair=53/199 connect=42/203 accept=43/202 accept4=288/242 bind=49/200 listen=50/201
    sendto=44/206 sendmsg=46/211 sendmmsg=307/269 recvfrom=45/207 recvmsg=47/212 recvmmsg=299/243 shutdown=48/210
    getsockname=51/204 getpeername=52/205 setsockopt=54/208 getsockopt=55/209
    # memory that no limit counts
    memfd_create=319/279 memfd_secret=447/447 shmget=29/194 shmat=30/196 shmctl=31/195 shmdt=67/197 msgget=68/186
    msgsnd=69/189 msgrcv=70/188 msgctl=71/187 semget=64/190 semop=65/193 semctl=66/191 semtimedop=220/192
    mq_open=240/180 mq_unlink=241/181 mq_timedsend=242/182 mq_timedreceive=243/183 mq_notify=244/184
    mq_getsetattr=245/185 mlock=149/228 mlock2=325/284 mlockall=151/230
    # calls around this filter
    io_uring_setup=425/425 io_uring_enter=426/426 io_uring_register=427/427 io_setup=206/0 io_destroy=207/1
    io_getevents=208/4 io_pgetevents=333/292 io_submit=209/2 io_cancel=210/3 splice=275/76 tee=276/77 vmsplice=278/75
    sendfile=40/71 copy_file_range=326/285 seccomp=317/277 bpf=321/280 userfaultfd=323/282
    landlock_create_ruleset=444/444 landlock_add_rule=445/445 landlock_restrict_self=446/446 personality=135/92
    # changes to files, their names and attributes
    creat=85/- truncate=76/45 ftruncate=77/46 fallocate=285/47 chmod=90/- fchmod=91/52 fchmodat=268/53
    fchmodat2=452/452 chown=92/- fchown=93/55 lchown=94/- fchownat=260/54 utime=132/- utimes=235/- futimesat=261/-
    utimensat=280/88 setxattr=188/5 lsetxattr=189/6 fsetxattr=190/7 setxattrat=463/463 getxattr=191/8 lgetxattr=192/9
    fgetxattr=193/10 getxattrat=464/464 listxattr=194/11 llistxattr=195/12 flistxattr=196/13 listxattrat=465/465
    removexattr=197/14 lremovexattr=198/15 fremovexattr=199/16 removexattrat=466/466 file_getattr=468/468
    file_setattr=469/469 rename=82/- renameat=264/38 renameat2=316/276 link=86/- linkat=265/37 symlink=88/-
    symlinkat=266/36 unlink=87/- unlinkat=263/35 mkdir=83/- mkdirat=258/34 rmdir=84/- mknod=133/- mknodat=259/33
    sync=162/81 syncfs=306/267 sync_file_range=277/84 name_to_handle_at=303/264 open_by_handle_at=304/265
    inotify_init=253/- inotify_init1=294/26 inotify_add_watch=254/27 inotify_rm_watch=255/28 fanotify_init=300/262
    fanotify_mark=301/263
    # identity, limits and scheduling
    setuid=105/146 setgid=106/144 setreuid=113/145 setregid=114/143 setresuid=117/147 setresgid=119/149
    setfsuid=122/151 setfsgid=123/152 setgroups=116/159 capset=126/91 setrlimit=160/164 setpriority=141/140
    sched_setparam=142/118 sched_setscheduler=144/119 sched_setattr=314/274 sched_setaffinity=203/122
    ioprio_set=251/30 mbind=237/235 set_mempolicy=238/237 set_mempolicy_home_node=450/450 migrate_pages=256/238
    move_pages=279/239 add_key=248/217 request_key=249/218 keyctl=250/219
    # the machine
    mount=165/40 umount2=166/39 pivot_root=155/41 chroot=161/51 open_tree=428/428 open_tree_attr=467/467
    move_mount=429/429 fsopen=430/430 fsconfig=431/431 fsmount=432/432 fspick=433/433 mount_setattr=442/442
    statmount=457/457 listmount=458/458 swapon=167/224 swapoff=168/225 acct=163/89 quotactl=179/60 quotactl_fd=443/443
    reboot=169/142 kexec_load=246/104 kexec_file_load=320/294 init_module=175/105 finit_module=313/273
    delete_module=176/106 create_module=174/- get_kernel_syms=177/- query_module=178/- syslog=103/116
    perf_event_open=298/241 settimeofday=164/170 clock_settime=227/112 clock_adjtime=305/266 adjtimex=159/171
    sethostname=170/161 setdomainname=171/162 vhangup=153/58 iopl=172/- ioperm=173/- modify_ldt=154/-
    lsm_get_self_attr=459/459 lsm_set_self_attr=460/460 lsm_list_modules=461/461 mincore=27/232
    # calls that no kernel of today serves
    uselib=134/- ustat=136/- _sysctl=156/- nfsservctl=180/42 getpmsg=181/- putpmsg=182/- afs_syscall=183/-
    tuxcall=184/- security=185/- lookup_dcookie=212/18 epoll_ctl_old=214/- epoll_wait_old=215/-
    remap_file_pages=216/234 vserver=236/-
"""

# linux/audit.h, linux/seccomp.h, linux/filter.h, asm/errno.h
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
RET_KILL_PROCESS, RET_ERRNO, RET_ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LOAD, JUMP, JUMP_EQUAL, JUMP_NOT_LESS, JUMP_ANY_BIT, RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
EPERM, ENOSYS = 1, 38
NUMBER, ARCH = 0, 4  # offsets in struct seccomp_data
X32_BIT = 0x40000000  # x86: the same kernel calls under other numbers, made for 32-bit pointers

OWN_PID = 0x6D677069  # seccomp.py puts the process id in the place of this number

# asm-generic/fcntl.h: O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, __O_TMPFILE. Landlock before its third version lets a file that
# may be read be emptied with O_RDONLY | O_TRUNC: NumPy's own, where the user has installed it.
OPEN_TO_CHANGE = 0o20001103
CLONE_THREAD = 0x00010000  # linux/sched.h
CLONE_NEW_ANYTHING = 0x7E020000  # NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
# asm-generic/ioctls.h: TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, TCGETS2
IOCTLS_ALLOWED = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)
# fcntl.h: F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC; not F_SETOWN, which aims signals at others
FCNTLS_ALLOWED = (0, 1, 2, 3, 4, 1030)
# linux/prctl.h: PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (names for memory maps, from malloc)
PRCTLS_ALLOWED = (15, 16, 0x53564D41)

ALLOW, REFUSE, NO_SUCH_CALL, KILL = "allow", "refuse", "no such call", "kill"
VERDICTS = {ALLOW: RET_ALLOW, REFUSE: RET_ERRNO | EPERM, NO_SUCH_CALL: RET_ERRNO | ENOSYS, KILL: RET_KILL_PROCESS}


class Assembler:
    """A list of instructions whose jumps name labels ahead; None is the next instruction."""

    def __init__(self) -> None:
        self.code: list[tuple[int, str | None, str | None, int]] = []
        self.labels: dict[str, int] = {}

    def label(self, name: str) -> None:
        """Let name stand for the next instruction."""
        self.labels[name] = len(self.code)

    def load(self, offset: int) -> None:
        """Load four bytes of struct seccomp_data."""
        self.code.append((LOAD, None, None, offset))

    def branch(self, test: int, value: int, yes: str | None, no: str | None) -> None:
        """Go to yes if the loaded number passes the test against value, else to no."""
        self.code.append((test, yes, no, value))

    def verdict(self, name: str) -> None:
        """Return one of VERDICTS, or go on at the rule of that name."""
        if name in VERDICTS:
            self.code.append((RETURN, None, None, VERDICTS[name]))
        else:
            self.code.append((JUMP, name, None, 0))

    def assemble(self) -> bytes:
        """Return the instructions as an array of struct sock_filter."""
        return b"".join(self._encode(at, *instruction) for at, instruction in enumerate(self.code))

    def _encode(self, at: int, test: int, yes: str | None, no: str | None, value: int) -> bytes:
        if test == JUMP:
            return struct.pack("<HBBI", test, 0, 0, self._distance(at, yes))
        return struct.pack("<HBBI", test, self._distance(at, yes), self._distance(at, no), value)

    def _distance(self, at: int, label: str | None) -> int:
        return 0 if label is None else self.labels[label] - at - 1


def argument(index: int, high: bool = False) -> int:
    """Return the offset of the low (or high) half of an argument, on little-endian machines."""
    return 16 + 8 * index + 4 * high


def numbers(names: str, machine: str) -> dict[str, int]:
    """Return the call numbers of one class on one machine."""
    column = ("x86_64", "aarch64").index(machine)
    tokens = (token for line in names.splitlines() if "#" not in line for token in line.split())
    pairs = (token.split("=") for token in tokens)
    return {name: int(value) for name, both in pairs if (value := both.split("/")[column]) != "-"}


def verdicts(machine: str, profile: str) -> dict[int, str]:
    """Return what happens to each call number; a number that is not there gets NO_SUCH_CALL."""
    verdict_of = dict.fromkeys(numbers(ALLOWED, machine).values(), ALLOW)
    verdict_of |= dict.fromkeys(numbers(HARMLESS, machine).values(), ALLOW if profile == "deny" else REFUSE)
    verdict_of |= dict.fromkeys(numbers(REFUSED, machine).values(), REFUSE)
    verdict_of |= {number: name for name, number in numbers(RULED, machine).items()}
    if profile == "allow":
        verdict_of[numbers(RULED, machine)["prctl"]] = REFUSE
    return verdict_of


def intervals(verdict_of: dict[int, str]) -> list[tuple[int, str]]:
    """Return (first number, verdict) of each run of numbers with one verdict, from number 0 on."""
    found: list[tuple[int, str]] = []
    for number in range(max(verdict_of) + 2):
        verdict = verdict_of.get(number, NO_SUCH_CALL)
        if not found or found[-1][1] != verdict:
            found.append((number, verdict))
    return found


def search(program: Assembler, runs: list[tuple[int, str]]) -> None:
    """Emit the binary search of the loaded number among runs."""
    if len(runs) == 1:
        program.verdict(runs[0][1])
        return
    middle = len(runs) // 2
    first_of_right = runs[middle][0]
    right = f"from {first_of_right}"
    program.branch(JUMP_NOT_LESS, first_of_right, right, None)
    search(program, runs[:middle])
    program.label(right)
    search(program, runs[middle:])


def one_of(program: Assembler, offset: int, values: Iterable[int]) -> None:
    """Emit: allow if the four bytes at offset are one of values."""
    program.load(offset)
    for value in values:
        program.branch(JUMP_EQUAL, value, ALLOW, None)
    program.verdict(REFUSE)


def only_reading(program: Assembler, offset: int) -> None:
    """Emit: allow if the flags at offset open a file to be read and leave it as it is."""
    program.load(offset)
    program.branch(JUMP_ANY_BIT, OPEN_TO_CHANGE, REFUSE, ALLOW)


def rule_clone(program: Assembler) -> None:
    """Emit: allow a thread of this process that makes no namespace, and nothing else."""
    program.load(argument(0))
    program.branch(JUMP_ANY_BIT, CLONE_NEW_ANYTHING, REFUSE, None)
    program.branch(JUMP_ANY_BIT, CLONE_THREAD, ALLOW, REFUSE)


def rule_prlimit64(program: Assembler) -> None:
    """Emit: allow reading this process's own limits: pid 0 and no new limit."""
    for offset in (argument(0), argument(2), argument(2, high=True)):
        program.load(offset)
        program.branch(JUMP_EQUAL, 0, None, REFUSE)
    program.verdict(ALLOW)


# The kernel reads these arguments as 32 bits, so only the low half counts: comparing all 64 lets a set high bit pass
# (CVE-2019-10063, flatpak and TIOCSTI).
RULES: dict[str, Callable[[Assembler], None]] = {
    "open": lambda program: only_reading(program, argument(1)),
    "openat": lambda program: only_reading(program, argument(2)),
    "clone": rule_clone,
    "ioctl": lambda program: one_of(program, argument(1), IOCTLS_ALLOWED),
    "fcntl": lambda program: one_of(program, argument(1), FCNTLS_ALLOWED),
    "prctl": lambda program: one_of(program, argument(0), PRCTLS_ALLOWED),
    "tgkill": lambda program: one_of(program, argument(0), (OWN_PID,)),
    "prlimit64": rule_prlimit64,
}


def make_filter(machine: str, profile: str) -> bytes:
    """Return the filter for one machine ("x86_64", "aarch64") and profile ("allow", "deny")."""
    program = Assembler()
    program.load(ARCH)
    program.branch(JUMP_EQUAL, AUDIT_ARCH[machine], "known machine", None)
    program.verdict(KILL)
    program.label("known machine")
    program.load(NUMBER)
    if machine == "x86_64":
        program.branch(JUMP_NOT_LESS, X32_BIT, None, "not x32")
        program.verdict(KILL)
        program.label("not x32")
    verdict_of = verdicts(machine, profile)
    search(program, intervals(verdict_of))
    for name, emit in RULES.items():
        if name in verdict_of.values():
            program.label(name)
            emit(program)
    for name in (ALLOW, REFUSE):
        program.label(name)
        program.verdict(name)
    return program.assemble()


def filters() -> dict[str, bytes]:
    """Return the content of every file that this program writes."""
    return {
        f"seccomp_{machine}_{profile}.bpf": make_filter(machine, profile)
        for machine in AUDIT_ARCH
        for profile in ("allow", "deny")
    }


def main() -> int:
    """Write the filters, or with --check say whether the files are up to date."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for name, content in filters().items():
        path = FOLDER / name
        is_same = path.is_file() and path.read_bytes() == content
        if not check:
            path.write_bytes(content)
        elif not is_same:
            print(f"{path} is not what {Path(__file__).name} makes; run it without --check", file=sys.stderr)
            stale += 1
        if not check:
            print(f"{name}: {len(content) // 8} instructions")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
