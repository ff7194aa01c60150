package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// print writes the table.
func (b *bench) print() {
	fmt.Fprintf(b.out, "Machine: %s. trustline: %s. Peers: %s.\n", machine(), first(b.program, "version"), strings.Join(peers(), "; "))
	if b.scale != 1 {
		fmt.Fprintf(b.out, "Inputs at %g of their size: the targets do not speak of these.\n", b.scale)
	}
	for _, p := range b.missing {
		fmt.Fprintf(b.out, "Not installed, and so not measured: %s.\n", p)
	}
	fmt.Fprint(b.out, "Cells: median of the wall time (least to most, runs), median of the processor time, peak memory. Ratio: of the medians (of the rounds).\n\n"+
		"| work | trustline | peer | ratio | target | |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range b.rows {
		verdict := map[bool]string{true: "met", false: "missed"}[r.met]
		if r.note != "" {
			verdict = r.note
		}
		fmt.Fprintf(b.out, "| %s | %s | %s | %s | %s | %s |\n", r.work, r.ours, r.theirs, r.ratio, r.target, verdict)
	}
	fmt.Fprintln(b.out)
	if len(b.wrong) == 0 {
		fmt.Fprintln(b.out, "Reported as planted: all of it.")
	}
}

// machine is what the figures depend on.
func machine() string {
	s := fmt.Sprintf("%s, %d cores, %s/%s", value("/proc/cpuinfo", "model name"), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if kb := value("/proc/meminfo", "MemTotal"); kb != "" {
		var n float64
		fmt.Sscan(kb, &n)
		s += fmt.Sprintf(", %.0f GB", n*1024/1e9)
	}
	return s + ", " + first("go", "version")
}

// value is a line "key : value" of a file of the kernel.
func value(file, key string) string {
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// peers names the versions of those installed.
func peers() (out []string) {
	for _, p := range []string{"tcpdump", "tshark", "rg", "zcat"} {
		if v := first(p, "--version"); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// first is the first line that a program prints, on whichever output.
func first(program string, args ...string) string {
	text, err := exec.Command(program, args...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return strings.TrimSuffix(strings.TrimSpace(line), ".")
}
