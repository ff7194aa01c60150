package dissect

import (
	"bytes"
	"strconv"
	"strings"

	"trustline/pcap"
)

// HTTP provisioning, TCP 6970: newer phones ask there before TFTP. The request
// is two lines, and there is no blank after "Host:" (Cisco TechNote on proxy
// TFTP):
//
//	GET /ITLSEP0011215A1AE3.tlv HTTP/1.1\r\n
//	Host:10.1.1.11:6970\r\n
//	\r\n
//
// Answers carry Content-length; chunked ones and those that last until the
// connection closes are read too (RFC 9112 sections 6 and 7). Requests may be pipelined,
// answers come in their order.

// httpConn follows one connection: requests in order, answers in order.
type httpConn struct {
	c        *pcap.Conn
	done     func(*Transfer)
	queue    []*Transfer // asked and not yet answered in full
	ask      []byte      // head of a request under way
	head     []byte      // head of an answer under way
	body     *store      // nil: between answers
	pool     *pool
	left     int64 // octets of the body, -1 until the end of the connection
	chunked  bool
	chunk    []byte // line of a chunk size under way
	inChunk  bool
	trailer  bool
	skip     int64 // octets of a request body to pass over
	lostAsk  bool  // octets of the client are missing: its requests are out of step
	lostBack bool
	status   int
	broken   bool // octets of this answer are missing
	unclear  bool // its Content-Length cannot be read: its end is not known
	at       pcap.Mark
	counted  int // frame last counted in Blocks
	again    int // repeated segments told so far
}

func newHTTP(c *pcap.Conn, p *pool, done func(*Transfer)) *httpConn {
	return &httpConn{c: c, pool: p, done: done}
}

func (h *httpConn) data(ch pcap.Chunk) {
	if ch.Dir == pcap.ToServer {
		if ch.Lost > 0 {
			h.ask, h.skip, h.lostAsk = nil, 0, true
		}
		h.requests(ch)
		return
	}
	if ch.Lost > 0 {
		h.lose(ch)
	}
	h.answers(ch)
}

// requests cuts what the client sends into requests.
func (h *httpConn) requests(ch pcap.Chunk) {
	b := ch.Data
	for len(b) > 0 {
		if h.skip > 0 {
			n := min(int64(len(b)), h.skip)
			b, h.skip = b[n:], h.skip-n
			continue
		}
		if len(h.ask) == 0 {
			b = bytes.TrimLeft(b, "\r\n")
			if h.lostAsk { // find the start of a request again
				i := bytes.Index(b, []byte("GET /"))
				if j := bytes.Index(b, []byte("GET http")); j >= 0 && (i < 0 || j < i) {
					i = j
				}
				if i < 0 {
					return
				}
				b, h.lostAsk = b[i:], false
			}
		}
		head, rest, ok := takeHead(&h.ask, b)
		if !ok {
			return
		}
		b = rest
		h.request(head, ch.Mark)
	}
}

func (h *httpConn) request(head []byte, at pcap.Mark) {
	first, headers := parseHead(head)
	f := strings.Fields(first)
	if len(f) < 2 || len(h.queue) >= maxPipeline {
		return
	}
	file, ok := path(f[1])
	if !ok {
		return
	}
	method := strings.ToUpper(f[0]) // RFC 9110 section 9.1 tells cases apart, tolerant servers do not
	t := &Transfer{Method: method, First: at, Last: at, Proto: "http", Op: "read", Client: h.c.Client, Server: h.c.Server, Stream: h.c.Stream, Requests: []pcap.Mark{at}, File: file, Options: map[string]string{}}
	switch method {
	case "GET", "HEAD":
	case "PUT", "POST":
		t.Op = "write"
		h.skip, _ = strconv.ParseInt(headers["content-length"], 10, 64) // 0 when it is no number: the body is then read as a request and passed over
	default:
		return
	}
	h.queue = append(h.queue, t)
}

// answers cuts what the server sends into answers.
func (h *httpConn) answers(ch pcap.Chunk) {
	b := ch.Data
	for len(b) > 0 {
		h.mark(ch.Mark)
		switch {
		case h.body == nil:
			if h.lostBack && len(h.head) == 0 {
				i := bytes.Index(b, []byte("HTTP/1."))
				if i < 0 {
					return
				}
				b, h.lostBack = b[i:], false
			}
			head, rest, ok := takeHead(&h.head, b)
			if !ok {
				return
			}
			b = rest
			h.answer(head, ch.Mark)
		case h.chunked:
			b = h.chunks(b)
		case h.left < 0:
			if h.unclear && len(h.queue) > 1 && bytes.HasPrefix(b, []byte("HTTP/1.")) {
				h.end(false) // the connection went on: this answers the next request
				continue
			}
			h.write(b)
			return
		default:
			n := min(int64(len(b)), h.left)
			h.write(b[:n])
			b, h.left = b[n:], h.left-n
			if h.left == 0 {
				h.end(true)
			}
		}
	}
}

// mark notes the frame of what is read.
func (h *httpConn) mark(m pcap.Mark) {
	h.at = m
	if len(h.queue) > 0 {
		h.queue[0].Last = m
	}
}

// answer reads the head of an answer and opens its body.
func (h *httpConn) answer(head []byte, at pcap.Mark) {
	first, headers := parseHead(head)
	f := strings.Fields(first)
	if len(f) < 2 || !strings.HasPrefix(f[0], "HTTP/") {
		h.lostBack = true
		return
	}
	status, _ := strconv.Atoi(f[1])
	if status >= 100 && status < 200 {
		return // an interim answer: the real one follows
	}
	if len(h.queue) == 0 { // the request is not in the capture
		h.queue = append(h.queue, &Transfer{First: at, Last: at, Proto: "http", Op: "read", Client: h.c.Client, Server: h.c.Server, Stream: h.c.Stream, Requests: []pcap.Mark{at}, Options: map[string]string{}})
	}
	t := h.queue[0]
	h.status, h.body, h.broken = status, &store{pool: h.pool}, false
	t.Error = strings.Join(f[2:], " ")
	h.chunked = strings.EqualFold(headers["transfer-encoding"], "chunked")
	h.left = -1
	h.unclear = false
	if text, said := headers["content-length"]; said && !h.chunked {
		if n, ok := bodyLength(text); ok {
			h.left = n
			t.Options["content-length"] = text
		} else {
			h.unclear = true
			t.note("Content-Length %q is no length", text[:min(len(text), maxName)])
		}
	}
	if status == 204 || status == 304 || t.Method == "HEAD" {
		h.left, h.chunked, h.unclear = 0, false, false
	}
	if h.left == 0 && !h.chunked {
		h.end(true)
	}
}

// chunks reads a chunked body and gives what follows it.
func (h *httpConn) chunks(b []byte) []byte {
	for len(b) > 0 {
		if h.inChunk && h.left > 0 {
			n := min(int64(len(b)), h.left)
			h.write(b[:n])
			b, h.left = b[n:], h.left-n
			continue
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			if h.chunk = append(h.chunk, b...); len(h.chunk) > maxHTTPHead {
				h.chunk, h.broken = nil, true
			}
			return nil
		}
		line := strings.TrimSpace(string(h.chunk) + string(b[:i]))
		h.chunk, b = nil, b[i+1:]
		switch {
		case h.trailer:
			if line == "" {
				h.trailer = false
				h.end(true)
				return b
			}
		case h.inChunk: // the line end after a chunk
			h.inChunk = false
		default:
			size, _, _ := strings.Cut(line, ";")
			n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 64)
			switch {
			case err != nil || n < 0:
				h.broken = true
				h.end(false)
				h.lostBack = true
				return b
			case n == 0:
				h.trailer = true
			default:
				h.inChunk, h.left = true, n
			}
		}
	}
	return b
}

// lose notes octets of the server that are missing.
func (h *httpConn) lose(ch pcap.Chunk) {
	switch {
	case h.body == nil:
		h.head, h.lostBack = nil, true
	case h.chunked:
		h.broken = true
		h.end(false)
		h.lostBack = true
	default:
		h.broken = true
		if h.left >= 0 {
			if h.left -= ch.Lost; h.left <= 0 {
				h.end(false)
				h.lostBack = true
			}
		}
	}
}

// end finishes the answer under way.
func (h *httpConn) end(whole bool) {
	t, b := h.queue[0], h.body
	h.queue = h.queue[1:]
	h.body, h.chunked, h.inChunk, h.trailer, h.left = nil, false, false, false, 0
	t.Peer = h.c.Server
	again := h.c.Retransmits[pcap.ToServer] + h.c.Retransmits[pcap.ToClient]
	t.Retransmit, h.again = again-h.again, again
	switch {
	case h.status < 200 || h.status >= 300:
		// The text of an error page is no file.
		code := h.status
		t.Outcome, t.ErrorCode, t.Bytes, t.Blocks = OutcomeError, &code, 0, 0
		b.release(&Transfer{})
	case whole && !h.broken && !h.unclear:
		t.Outcome, t.Complete, t.Error = OutcomeComplete, true, ""
		if t.Method != "HEAD" { // the sums of nothing are no file's
			t.SHA256, t.MD5 = b.sums()
		}
		b.release(t)
	default:
		t.Outcome, t.Error = OutcomeIncomplete, ""
		b.release(t)
	}
	h.done(t)
}

// write takes octets of a body. Those after a gap are counted, not kept.
func (h *httpConn) write(b []byte) {
	t := h.queue[0]
	t.Bytes += int64(len(b))
	if h.counted != h.at.Frame {
		t.Blocks++
		h.counted = h.at.Frame
	}
	if !h.broken {
		h.body.add(b)
	}
}

// finish ends what is left when the connection does.
func (h *httpConn) finish() {
	if h.body != nil {
		// A body without a length lasts until the server closes.
		h.end(h.left < 0 && !h.chunked && h.c.Fin[pcap.ToClient] != nil)
	}
	for _, t := range h.queue {
		t.Outcome = OutcomeNoResponse
		// An answer that was begun, that the client acknowledges, or that could
		// not be in the capture for lack of the server's side.
		if len(h.head) > 0 || h.c.Lost[pcap.ToClient] > 0 || h.c.Packets[pcap.ToClient] == 0 {
			t.Outcome = OutcomeIncomplete
		}
		h.done(t)
	}
	h.queue = nil
}
