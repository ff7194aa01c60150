package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The sizes that the targets speak of.
const (
	trafficBytes = 1.2e9
	traceBytes   = 300e6
	stormPhones  = 5000
	batchCases   = 200

	memoryMost   = 96_000_000 // octets at stormPhones
	perPhoneMost = 8.0        // kB
	growthTime   = 10.5
	growthMemory = 1.2
)

// tftp: a capture of call traffic with few transfers.
func (b *bench) tftp() error {
	file, err := b.calls()
	if err != nil {
		return err
	}
	us := b.ours("tftp", file)
	turns := []*command{us}
	var dump, shark *command
	if b.has("tcpdump") {
		dump = &command{name: "tcpdump -nr FILE 'udp port 69'", args: []string{"tcpdump", "-nr", file, "udp port 69"}}
		turns = append(turns, dump)
	}
	if b.has("tshark") {
		shark = &command{name: "tshark -r FILE -Y tftp.opcode==1", args: []string{"tshark", "-r", file, "-Y", "tftp.opcode==1"}, slow: true}
		turns = append(turns, shark)
	}
	if err := b.alternate(turns...); err != nil {
		return err
	}
	work := fmt.Sprintf("`trustline tftp`, %s of call traffic", mb(fileSize(file)))
	if dump != nil {
		b.against(work, us, dump, 0.6)
	}
	if shark != nil {
		b.against(work, us, shark, 1.0/100)
	}
	return b.checkTFTP(file)
}

func (b *bench) calls() (string, error) {
	n := b.size(trafficBytes)
	return b.make(fmt.Sprintf("calls-%d.pcap", n), "calls", "-bytes", strconv.Itoa(n))
}

// facts are the fields that hold what trustline says of a storm: who asked for
// which file and what became of it, what every handshake showed and how it ended,
// who registered, who is who.
var facts = []string{"frame.number", "frame.time_epoch", "eth.src", "ip.src", "ip.dst", "udp.srcport", "udp.dstport", "tcp.stream", "tcp.srcport", "tcp.dstport",
	"tcp.flags", "tcp.analysis.retransmission", "tftp.opcode", "tftp.source_file", "tftp.block", "tftp.error.code",
	"tls.record.content_type", "tls.record.version", "tls.handshake.type", "tls.handshake.session_id", "tls.handshake.ciphersuite",
	"tls.alert_message.level", "tls.alert_message.desc", "x509af.serialNumber", "x509sat.printableString", "x509af.utcTime",
	"skinny.messageId", "skinny.DeviceName", "dhcp.option.dhcp", "dhcp.hw.mac_addr", "dhcp.ip.your", "cdp.deviceid", "cdp.platform"}

// storm: many phones that boot.
func (b *bench) storm() error {
	file, truth, err := b.phonesBoot(b.size(stormPhones))
	if err != nil {
		return err
	}
	us := b.ours("analyze", "--quiet", "--format", "json", file)
	us.output = b.path("storm.json")
	turns := []*command{us}
	var shark *command
	if b.has("tshark") {
		args := []string{"tshark", "-r", file, "-d", "tcp.port==2445,tls", "-d", "tcp.port==2443,tls",
			"-Y", "tftp || tls || skinny || dhcp || cdp || tcp.flags.syn==1 || tcp.flags.reset==1", "-T", "fields"}
		for _, f := range facts {
			args = append(args, "-e", f)
		}
		shark = &command{name: "tshark -r FILE -T fields ...", args: args, slow: true}
		turns = append(turns, shark)
	}
	if err := b.alternate(turns...); err != nil {
		return err
	}
	phones := fmt.Sprintf("%d phones that boot (%s)", b.size(stormPhones), mb(fileSize(file)))
	if shark != nil {
		b.against("`trustline analyze`, "+phones, us, shark, 1.0/30)
	}
	b.bound("peak memory, "+phones, us.String(), mb(us.peak), "under "+mb(memoryMost), us.peak < memoryMost)
	return b.checkStorm(us.output, truth)
}

func (b *bench) phonesBoot(n int) (file, truth string, err error) {
	truth = b.path(fmt.Sprintf("storm-%d.json", n))
	file, err = b.make(fmt.Sprintf("storm-%d.pcap", n), "storm", "-phones", strconv.Itoa(n), "-truth", truth)
	return file, truth, err
}

func (b *bench) trace() (string, error) {
	n := b.size(traceBytes)
	return b.make(fmt.Sprintf("tvs-%d.txt", n), "tvstrace", "-size", strconv.Itoa(n))
}

// events: a trace of TVS.
func (b *bench) events() error {
	file, err := b.trace()
	if err != nil {
		return err
	}
	us := b.ours("events", "--quiet", file)
	turns := []*command{us}
	var like, fixed *command
	if b.has("rg") {
		messages, err := b.messages()
		if err != nil {
			return err
		}
		like = &command{name: "rg -c -i, blanks flexible", args: []string{"rg", "-c", "-i"}}
		fixed = &command{name: "rg -c -F", args: []string{"rg", "-c", "-F"}}
		for _, m := range messages {
			like.args = append(like.args, "-e", flexible(m))
			fixed.args = append(fixed.args, "-e", m)
		}
		like.args, fixed.args = append(like.args, file), append(fixed.args, file)
		b.say("rg looks for %d messages", len(messages))
		turns = append(turns, like, fixed)
	}
	if err := b.alternate(turns...); err != nil {
		return err
	}
	if like != nil {
		work := fmt.Sprintf("`trustline events`, %s of TVS trace", mb(fileSize(file)))
		b.against(work+"; the peer matches as we do: any case, any blanks", us, like, 2)
		b.against(work+"; the peer looks for fixed strings", us, fixed, 2)
	}
	return b.checkEvents(file)
}

var (
	catalogued = regexp.MustCompile(`(?m)^\s+match\s+"(.*)"$`)
	field      = regexp.MustCompile(`\{[^}]*\}`)
)

// messages are the names in the catalogue of TVS messages, those included that are
// known to say nothing: of each pattern the longest piece of plain text.
func (b *bench) messages() ([]string, error) {
	text, err := os.ReadFile(filepath.Join(b.root, "tvstrace", "messages", "tvs.tl"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, m := range catalogued.FindAllStringSubmatch(string(text), -1) {
		if name := longest(m[1]); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no messages in the catalogue of TVS")
	}
	return out, nil
}

// longest is the longest piece of a pattern between its fields. A brace that is
// meant stands behind a backslash there.
func longest(pattern string) (most string) {
	const open, shut = "\x00", "\x01"
	pattern = strings.NewReplacer(`\{`, open, `\}`, shut).Replace(pattern)
	for _, p := range field.Split(pattern, -1) {
		if p = strings.TrimSpace(p); len(p) > len(most) {
			most = p
		}
	}
	return strings.NewReplacer(open, "{", shut, "}").Replace(most)
}

// flexible is a regular expression for a message with any blanks.
func flexible(message string) string {
	words := strings.Fields(message)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	return strings.Join(words, `[ \t]+`)
}

// gzip: the same trace, compressed.
func (b *bench) gzip() error {
	file, err := b.trace()
	if err != nil {
		return err
	}
	packed := file + ".gz"
	if fileSize(packed) == 0 {
		if err := compress(file, packed); err != nil {
			return err
		}
	}
	us := b.ours("events", "--quiet", packed)
	turns := []*command{us}
	var zcat *command
	if b.has("zcat") {
		zcat = &command{name: "zcat FILE", args: []string{"zcat", packed}}
		turns = append(turns, zcat)
	}
	if err := b.alternate(turns...); err != nil {
		return err
	}
	if zcat != nil {
		b.against(fmt.Sprintf("`trustline events`, the same trace in %s of gzip", mb(fileSize(packed))), us, zcat, 0.6)
	}
	return nil
}

// traffic: ten times the traffic of the same phones. What a pipe brings is bound by
// the program that writes it, so that both sizes come through a pipe.
func (b *bench) traffic() error {
	file, err := b.calls()
	if err != nil {
		return err
	}
	piped := func(name string, bytes int) *command {
		c := b.ours(name, "--quiet", "-")
		c.feed = []string{b.path("bin-calls"), "-bytes", strconv.Itoa(bytes)}
		return c
	}
	for _, name := range []string{"tftp", "analyze"} {
		whole := b.ours(name, "--quiet", file)
		one, ten := piped(name, b.size(trafficBytes)), piped(name, b.size(10*trafficBytes))
		ten.slow = true
		if err := b.alternate(whole, one, ten); err != nil {
			return err
		}
		work := fmt.Sprintf("`trustline %s`, traffic x 10 through a pipe", name)
		cells := fmt.Sprintf("file %v; pipe %v; pipe x 10 %v", whole, one, ten)
		time := ten.median().Seconds() / one.median().Seconds()
		processor := median(ten.cpus).Seconds() / median(one.cpus).Seconds()
		b.bound(work+": time", cells, fmt.Sprintf("%.2f (processor %.2f)", time, processor), fmt.Sprintf("at most %g", growthTime), time <= growthTime)
		for _, less := range []struct {
			what string
			c    *command
		}{{"a pipe", one}, {"the file", whole}} {
			memory := float64(ten.peak) / float64(less.c.peak)
			b.bound(work+": memory", "as above, against the smaller one from "+less.what, fmt.Sprintf("%.2f", memory), fmt.Sprintf("at most %g", growthMemory), memory <= growthMemory)
		}
	}
	return nil
}

// phones: ten times the phones.
func (b *bench) phones() error {
	one, few, err := b.storming(b.size(stormPhones), false)
	if err != nil {
		return err
	}
	ten, many, err := b.storming(b.size(10*stormPhones), true)
	if err != nil {
		return err
	}
	each := float64(ten.peak-one.peak) / 1000 / float64(many-few)
	b.bound(fmt.Sprintf("`trustline analyze`, phones x 10 (%d and %d)", few, many), fmt.Sprintf("%v; x 10 %v", one, ten),
		fmt.Sprintf("%.1f kB for each phone", each), fmt.Sprintf("at most %g kB", perPhoneMost), each <= perPhoneMost)
	return nil
}

// storming analyses a storm; a large one only as often as tshark runs.
func (b *bench) storming(n int, slow bool) (*command, int, error) {
	file, truth, err := b.phonesBoot(n)
	if err != nil {
		return nil, n, err
	}
	c := b.ours("analyze", "--quiet", "--format", "json", file)
	c.output, c.slow = b.path(fmt.Sprintf("storm-%d-report.json", n)), slow
	if err := b.alternate(c); err != nil {
		return nil, n, err
	}
	return c, n, b.checkStorm(c.output, truth)
}

// batch: many small cases.
func (b *bench) batch() error {
	n := b.size(batchCases)
	in, out := b.path(fmt.Sprintf("cases-%d", n)), b.path("reports")
	if _, err := os.Stat(in); err != nil {
		c := &command{name: "batch", args: []string{b.path("bin-batch"), "-cases", strconv.Itoa(n), in}}
		if err := c.run(); err != nil {
			return err
		}
	}
	c := b.ours("batch", "--quiet", "--force", in, "-o", out)
	if err := b.alternate(c); err != nil {
		return err
	}
	b.rows = append(b.rows, row{work: fmt.Sprintf("`trustline batch`, %d cases", n), ours: c.String(), ratio: fmt.Sprintf("%.1f cases a second", float64(n)/c.median().Seconds()), note: "no target"})
	reports, err := filepath.Glob(filepath.Join(out, "*", "report.json"))
	if err == nil && len(reports) != n {
		b.wrong = append(b.wrong, fmt.Sprintf("batch: %d reports of %d cases", len(reports), n))
	}
	return err
}
