package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"trustline/cmd/internal/intake"
	"trustline/cmd/internal/scratch"
	"trustline/correlate"
	"trustline/correlate/secret"
	"trustline/pcap"
	"trustline/report"
)

const (
	// maxHandshake is how many packets of one connection are taken: a handshake
	// has some fifteen, a lossy one with long certificates twice as many.
	maxHandshake = 64
	// maxTransfer is how many packets of one list are taken: 64 KiB in blocks of
	// 512 bytes, each with its acknowledgement.
	maxTransfer = 300
	// maxComment is the length of a packet's comment.
	maxComment = 1000
)

// packetFlags say whether the cited packets are wanted.
type packetFlags struct{ file string }

// check refuses what cannot work, before any work is done.
func (p *packetFlags) check(args []string, redact *redactFlags, out *outputFlags) error {
	if p.file == "" {
		return nil
	}
	if redact.wanted() {
		return usagef("--packets and --redact: a capture cannot be redacted").hinting("write the packets in a run of their own, for those who may see them")
	}
	if slices.Contains(out.files, p.file) {
		return usagef("--packets %s: is an output of -o too", p.file)
	}
	info, err := os.Stat(p.file)
	if err == nil && info.IsDir() {
		return usagef("--packets %s: is a folder", p.file)
	}
	for _, a := range args {
		if a == intake.Stdin {
			return usagef("--packets reads the captures a second time, which standard input does not allow").hinting("write it to a file first")
		}
		if in, e := os.Stat(a); e == nil && err == nil && os.SameFile(in, info) {
			return usagef("--packets %s: is an input", p.file)
		}
	}
	return nil
}

// wanted is what is to be taken of one capture.
type wanted struct {
	frames map[int][]string // comments by frame number
	flows  []*packetFlow    // by their first frame
	last   int              // the last frame that anything is wanted of
}

// packetFlow is a connection or transfer of which more than the cited frames is
// taken.
type packetFlow struct {
	client, server netip.AddrPort
	anyPort        bool // of the server: TFTP answers from another
	from, to       int
	most           int
	about          string
	hide           bool // the payload of a file that may hold passwords
	taken          int
}

// has tells whether a packet belongs to the flow.
func (f *packetFlow) has(h pcap.Headers) bool {
	same := func(a, b netip.AddrPort) bool { return a == b || f.anyPort && a.Addr() == b.Addr() }
	return h.Src == f.client && same(h.Dst, f.server) || h.Dst == f.client && same(h.Src, f.server)
}

// citedPackets finds what the report rests on: by input, which frames and why.
func citedPackets(r *correlate.Report) map[string]*wanted {
	cited := map[string][]string{}
	cite := func(what string, ids []string) {
		for _, id := range ids {
			if !slices.Contains(cited[id], what) {
				cited[id] = append(cited[id], what)
			}
		}
	}
	for _, p := range r.All() {
		for _, b := range p.Verdict.Because {
			cite("the verdict", b.Evidence)
		}
		for _, f := range p.Findings {
			cite(f.ID, f.Evidence)
		}
		for _, g := range slices.Concat(p.Gate.ITL, p.Gate.CTL) {
			cite("the gate's "+g.Row, g.Evidence)
		}
		for _, s := range p.States {
			cite("what the phone holds", s.Evidence)
		}
		for _, s := range p.RuledOut {
			cite("what is ruled out ("+s.ID+")", s.Evidence)
		}
	}
	for _, f := range r.Cluster.Findings {
		cite(f.ID, f.Evidence)
	}
	all := map[string]*wanted{}
	for _, p := range r.All() {
		for k := range p.Timeline {
			take(all, &p.Timeline[k], cited)
		}
	}
	for i := range r.Unassigned {
		take(all, &r.Unassigned[i], cited)
	}
	for _, w := range all {
		slices.SortStableFunc(w.flows, func(a, b *packetFlow) int { return cmp.Compare(a.from, b.from) })
	}
	return all
}

// take notes the frames of one piece of evidence.
func take(all map[string]*wanted, e *correlate.Entry, cited map[string][]string) {
	why := cited[e.ID]
	if e.Source.Frame == nil || why == nil {
		return
	}
	add := func(input string, frame int, text string) {
		w := all[input]
		if w == nil {
			w = &wanted{frames: map[int][]string{}}
			all[input] = w
		}
		if text = report.Clean(text); !slices.Contains(w.frames[frame], text) {
			w.frames[frame] = append(w.frames[frame], text)
		}
		w.last = max(w.last, frame)
	}
	here, first := e.Source.Input, *e.Source.Frame
	name := cmp.Or(e.Phone, e.Actor)
	add(here, first, fmt.Sprintf("%s %s: %s (cited by %s)", e.ID, name, e.Summary, strings.Join(why, ", ")))
	client, _ := e.Detail["client"].(string)
	server, _ := e.Detail["server"].(string)
	f := &packetFlow{from: first, about: e.ID}
	f.client, _ = netip.ParseAddrPort(client)
	f.server, _ = netip.ParseAddrPort(server)
	whole := false
	switch e.Event {
	case "transfer":
		last, ok := e.Detail["last_frame"].(int)
		if !ok {
			break
		}
		there := here
		if in, ok := e.Detail["last_input"].(string); ok {
			there = in
		}
		add(there, last, e.ID+": the last packet of this transfer")
		file, _ := e.Detail["file"].(string)
		f.anyPort, f.to, f.most = true, last, 3
		f.hide = !trustListName(file)
		if !f.hide {
			f.most = maxTransfer
		}
		whole = there == here
	case "tls_connection":
		elsewhere, _ := e.Detail["frame_inputs"].(map[string]any)
		marks, _ := e.Detail["frames"].(map[string]any)
		for _, k := range slices.Sorted(maps.Keys(marks)) {
			frame, ok := marks[k].(int)
			if !ok || frame == 0 {
				continue
			}
			in, _ := elsewhere[k].(string)
			add(cmp.Or(in, here), frame, e.ID+": "+strings.ReplaceAll(k, "_", " "))
			if in == "" && k == "end" {
				f.to = frame
			}
		}
		for _, k := range []string{"client_data", "server_data"} { // the handshake is done
			if frame, ok := marks[k].(int); ok && elsewhere[k] == nil && frame > 0 {
				f.to = min(cmp.Or(f.to, frame), frame)
			}
		}
		alerts, _ := e.Detail["alerts"].([]any)
		for _, a := range alerts {
			m, _ := a.(map[string]any)
			if frame, ok := m["frame"].(int); ok {
				in, _ := m["input"].(string)
				add(cmp.Or(in, here), frame, fmt.Sprintf("%s: alert %v from the %v", e.ID, m["description"], m["from"]))
			}
		}
		f.most, whole = maxHandshake, f.to > 0
	}
	if whole && f.client.IsValid() && f.server.IsValid() {
		w := all[here]
		w.flows = append(w.flows, f)
		w.last = max(w.last, f.to)
	}
}

// trustListName tells that a file is a CTL or ITL, which is public.
func trustListName(file string) bool {
	base := strings.ToLower(file[strings.LastIndexAny(file, `/\`)+1:])
	return strings.HasSuffix(base, ".tlv") && (strings.HasPrefix(base, "ctl") || strings.HasPrefix(base, "itl"))
}

// chosen is a packet that was taken, with its bytes in a spool.
type chosen struct {
	at      time.Time
	offset  int64
	size    int
	wire    int
	link    uint32
	input   string
	comment string
}

// packetSpool keeps what was taken until all captures were read, for their
// packets are written in the order of time.
type packetSpool struct {
	file   *os.File
	w      *bufio.Writer
	offset int64
	list   []chosen
}

// write reads the captures among the inputs a second time, and writes the
// packets that the report cites.
func (p *packetFlags) write(ctx context.Context, e *env, args, skip []string, r *correlate.Report) error {
	if p.file == "" {
		return nil
	}
	fail := func(err error) error { return fmt.Errorf("--packets: %w", err) }
	temp, end, err := scratch.File("")
	if err != nil {
		return fail(err)
	}
	defer end()
	s := &packetSpool{file: temp, w: bufio.NewWriterSize(temp, 64<<10)}
	left := citedPackets(r)
	err = intake.List(args, intake.Options{Skip: skip}).Walk(ctx, func(in intake.Input) error {
		defer in.Done()
		w := left[in.Name]
		if w == nil || in.Problem != nil || in.Open == nil {
			return nil
		}
		delete(left, in.Name)
		return s.capture(ctx, e, in, w)
	})
	if err == nil {
		err = s.w.Flush()
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w while the captures were read again for --packets: the report is written, %s is not", err, p.file)
	}
	if err != nil {
		return fail(err)
	}
	if missing := slices.Sorted(maps.Keys(left)); len(missing) > 0 {
		e.warn("--packets: %s cited stand in captures that are not among the inputs, as %s", count(framesOf(left), "frame"), missing[0])
	}
	if len(s.list) == 0 {
		e.warn("--packets: the report cites no packet; %s holds none", p.file)
	}
	out, err := createFile(p.file)
	if err != nil {
		return fail(unwritten(p.file, err))
	}
	defer out.discard()
	if err := s.writeTo(out); err != nil {
		return fail(unwritten(p.file, err))
	}
	if err := out.commit(); err != nil {
		return fail(unwritten(p.file, err))
	}
	return nil
}

func framesOf(left map[string]*wanted) int {
	n := 0
	for _, w := range left {
		n += len(w.frames)
	}
	return n
}

// capture takes what is wanted of one capture.
func (s *packetSpool) capture(ctx context.Context, e *env, in intake.Input, w *wanted) error {
	r, err := in.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := pcap.NewReader(r)
	if err != nil {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	var at time.Time
	var active []*packetFlow
	next, found := 0, 0
	for {
		f, err := c.Next()
		if errors.Is(err, io.EOF) || f.Number > w.last {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", in.Name, err)
		}
		if f.Number%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !f.Time.IsZero() { // a packet without a time stays behind the one before it
			at = f.Time
		}
		for next < len(w.flows) && w.flows[next].from <= f.Number {
			active = append(active, w.flows[next])
			next++
		}
		active = slices.DeleteFunc(active, func(a *packetFlow) bool { return a.to < f.Number })
		comments := w.frames[f.Number]
		if comments != nil {
			found++
		}
		if comments == nil && len(active) == 0 {
			continue
		}
		if err := s.frame(f, at, in.Name, comments, active); err != nil {
			return err
		}
	}
	if found < len(w.frames) {
		e.warn("--packets: %s: %d of %d cited frames were not read again", in.Name, len(w.frames)-found, len(w.frames))
	}
	return nil
}

// frame takes one packet, if it is cited or part of what is.
func (s *packetSpool) frame(f pcap.Frame, at time.Time, input string, comments []string, active []*packetFlow) error {
	h, ok := f.Peek()
	comments = slices.Clone(comments)
	cited := len(comments) > 0
	hide := false
	for _, a := range active {
		if !ok || !a.has(h) {
			continue
		}
		if a.taken++; a.taken > a.most && !cited {
			continue
		}
		hide = hide || a.hide && carries(h, f.Data[h.Payload:])
		if !cited {
			comments = append(comments, "part of "+a.about)
		}
	}
	if len(comments) == 0 {
		return nil
	}
	data := f.Data
	if ok && (hide || secret.Text(string(data[h.Payload:])) != string(data[h.Payload:])) {
		data = data[:h.Payload]
		if h.Protocol == "udp" {
			data = f.Data[:min(h.Payload+tftpHead, len(f.Data))]
		}
		comments = append(comments, "the content is left out, which may hold passwords")
	}
	text := strings.Join(comments, "; ")
	if len(text) > maxComment {
		text = strings.ToValidUTF8(text[:maxComment], "") + " ..."
	}
	n, err := s.w.Write(data)
	if err != nil {
		return err
	}
	s.list = append(s.list, chosen{at, s.offset, n, f.Length, f.Link, input, text})
	s.offset += int64(n)
	return nil
}

// tftpHead is the opcode and the block number of a data packet (RFC 1350).
const tftpHead = 4

// carries tells that a packet of a transfer carries content of the file, or may.
func carries(h pcap.Headers, payload []byte) bool {
	if len(payload) == 0 {
		return false
	}
	if h.Protocol == "udp" {
		return len(payload) >= 2 && payload[0] == 0 && payload[1] == 3
	}
	return !strings.HasPrefix(string(payload), "GET ")
}

// writeTo writes all packets in the order of time, of equals in the order of the
// inputs and of their frames.
func (s *packetSpool) writeTo(out io.Writer) error {
	slices.SortStableFunc(s.list, func(a, b chosen) int { return a.at.Compare(b.at) })
	b := bufio.NewWriterSize(out, 64<<10)
	w, err := pcap.NewWriter(b, toolName+" "+toolVersion)
	if err != nil {
		return err
	}
	var data []byte
	for _, c := range s.list {
		data = slices.Grow(data[:0], c.size)[:c.size]
		if _, err := s.file.ReadAt(data, c.offset); err != nil {
			return err
		}
		if err := w.Write(pcap.Frame{Time: c.at, Link: c.link, Data: data, Length: c.wire}, c.input, c.comment); err != nil {
			return err
		}
	}
	return b.Flush()
}
