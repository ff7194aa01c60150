package html_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// answerWithin is how long the browser may take for one command. The slowest is
// axe-core over a page of several megabytes, on a busy machine.
const answerWithin = 5 * time.Minute

// browser is a headless Chromium, spoken to in the DevTools protocol over two
// pipes: JSON messages that end with a NUL byte, commands on its descriptor 3,
// answers and events on its descriptor 4.
//
//	> {"id": 1, "sessionId": "...", "method": "Page.navigate", "params": {...}}
//	< {"id": 1, "sessionId": "...", "result": {...}}
//	< {"sessionId": "...", "method": "Page.loadEventFired", "params": {...}}
type browser struct {
	in *os.File
	mu sync.Mutex

	next    int
	waiting map[int]chan message
	events  map[string]func(message) // of a session
	dead    error
}

type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// chromium finds the browser. Without one the test is skipped, except where CI
// is set: there a missing browser is a fault of the machine.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium, and CI is set")
	}
	t.Skip("no Chromium")
	return ""
}

// open starts the browser, for as long as the test runs.
func open(t *testing.T) *browser {
	t.Helper()
	path := chromium(t)
	fromUs, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, toUs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// The profile is not below t.TempDir: the browser's children may still write
	// when the test ends.
	profile, err := os.MkdirTemp("", "trustline-browser-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--disable-gpu", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
		"--user-data-dir="+profile, "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{fromUs, toUs}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fromUs.Close()
	toUs.Close()
	b := &browser{in: in, waiting: map[int]chan message{}, events: map[string]func(message){}}
	go b.listen(bufio.NewReaderSize(out, 1<<20))
	t.Cleanup(func() {
		in.Close() // which ends the browser
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill()
			<-ended
		}
		out.Close()
		os.RemoveAll(profile)
		if t.Failed() && testing.Verbose() {
			t.Logf("the browser said: %s", said.String())
		}
	})
	return b
}

// listen hands out what comes until the browser is gone.
func (b *browser) listen(r *bufio.Reader) {
	for {
		raw, err := r.ReadBytes(0)
		var m message
		if err == nil {
			err = json.Unmarshal(raw[:len(raw)-1], &m)
		}
		b.mu.Lock()
		if err != nil {
			b.dead = fmt.Errorf("the browser is gone: %w", err)
			for _, c := range b.waiting {
				close(c)
			}
			b.waiting = nil
			b.mu.Unlock()
			return
		}
		answer, event := b.waiting[m.ID], b.events[m.Session]
		delete(b.waiting, m.ID)
		b.mu.Unlock()
		switch {
		case m.ID != 0 && answer != nil:
			answer <- m
		case m.ID == 0 && event != nil:
			event(m)
		}
	}
}

// call sends a command and decodes its answer into result, unless that is nil.
func (b *browser) call(session, method string, params, result any) error {
	raw, err := json.Marshal(params)
	if err != nil {
		return err
	}
	answer := make(chan message, 1)
	b.mu.Lock()
	if b.dead != nil {
		b.mu.Unlock()
		return b.dead
	}
	b.next++
	m := message{ID: b.next, Session: session, Method: method, Params: raw}
	b.waiting[m.ID] = answer
	line, err := json.Marshal(m)
	if err == nil {
		_, err = b.in.Write(append(line, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case got, ok := <-answer:
		switch {
		case !ok:
			return fmt.Errorf("%s: %w", method, b.dead)
		case got.Error != nil:
			return fmt.Errorf("%s: %s", method, got.Error.Message)
		case result != nil:
			return json.Unmarshal(got.Result, result)
		}
		return nil
	case <-time.After(answerWithin):
		return fmt.Errorf("%s: no answer within %v", method, answerWithin)
	}
}

// tab is one page. Whatever it complains about, and whatever it asks for, is
// kept.
type tab struct {
	t       testing.TB
	b       *browser
	session string
	target  string
	loaded  chan bool

	mu       sync.Mutex
	requests []string // addresses, in order
	said     []string // console, exceptions, violations of the policy
}

// object is the parameters of a command.
type object = map[string]any

// tab opens an empty page of the given width, in the light or dark scheme, with
// scripts or without.
func (b *browser) tab(t *testing.T, width, height int, scheme string, scripts bool) *tab {
	t.Helper()
	p := &tab{t: t, b: b, loaded: make(chan bool, 16)}
	var target struct {
		ID string `json:"targetId"`
	}
	var session struct {
		ID string `json:"sessionId"`
	}
	if err := b.call("", "Target.createTarget", object{"url": "about:blank"}, &target); err != nil {
		t.Fatal(err)
	}
	if err := b.call("", "Target.attachToTarget", object{"targetId": target.ID, "flatten": true}, &session); err != nil {
		t.Fatal(err)
	}
	p.target, p.session = target.ID, session.ID
	b.mu.Lock()
	b.events[p.session] = p.event
	b.mu.Unlock()
	t.Cleanup(func() { b.call("", "Target.closeTarget", object{"targetId": p.target}, nil) })
	for _, domain := range []string{"Page", "Network", "Runtime", "Log", "DOM"} {
		p.do(domain+".enable", object{}, nil)
	}
	p.do("Emulation.setDeviceMetricsOverride", object{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	p.scheme(scheme)
	p.do("Emulation.setScriptExecutionDisabled", object{"value": !scripts}, nil)
	return p
}

func (p *tab) scheme(name string) {
	p.do("Emulation.setEmulatedMedia", object{"features": []object{{"name": "prefers-color-scheme", "value": name}}}, nil)
}

// do sends a command that must not fail.
func (p *tab) do(method string, params, result any) {
	p.t.Helper()
	if err := p.b.call(p.session, method, params, result); err != nil {
		p.t.Fatal(err)
	}
}

// event keeps what a page asks for and says.
func (p *tab) event(m message) {
	var e struct {
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
		Type string `json:"type"`
		Args []struct {
			Value       any    `json:"value"`
			Description string `json:"description"`
		} `json:"args"`
		Entry struct {
			Level, Source, Text string
		} `json:"entry"`
		Details struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
		URL string `json:"url"`
	}
	if err := json.Unmarshal(m.Params, &e); err != nil {
		e.Entry.Text = err.Error()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m.Method {
	case "Page.loadEventFired":
		p.loaded <- true
	case "Network.requestWillBeSent":
		p.requests = append(p.requests, e.Request.URL)
	case "Network.webSocketCreated", "Network.webTransportCreated":
		p.requests = append(p.requests, e.URL)
	case "Runtime.consoleAPICalled":
		p.said = append(p.said, fmt.Sprintf("console %s: %v", e.Type, e.Args))
	case "Runtime.exceptionThrown":
		p.said = append(p.said, "exception: "+e.Details.Text+" "+e.Details.Exception.Description)
	case "Log.entryAdded":
		p.said = append(p.said, e.Entry.Source+" "+e.Entry.Level+": "+e.Entry.Text)
	}
}

// open loads a file and waits until it is there.
func (p *tab) open(file string) {
	p.t.Helper()
	var answer struct {
		Error string `json:"errorText"`
	}
	p.do("Page.navigate", object{"url": "file://" + filepath.ToSlash(file)}, &answer)
	if answer.Error != "" {
		p.t.Fatalf("%s: %s", file, answer.Error)
	}
	select {
	case <-p.loaded:
	case <-time.After(answerWithin):
		p.t.Fatalf("%s: not loaded within %v", file, answerWithin)
	}
}

// quiet checks that the page asked for nothing but itself and had nothing to
// complain about.
func (p *tab) quiet(file string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if self := "file://" + filepath.ToSlash(file); !slices.Equal(p.requests, []string{self}) {
		p.t.Errorf("the page asks for %q, want itself alone", p.requests)
	}
	if len(p.said) > 0 {
		p.t.Errorf("the console says: %s", strings.Join(p.said, "\n"))
	}
}

// eval gives the value of an expression; a promise is waited for.
func (p *tab) eval(expression string, result any) {
	p.t.Helper()
	if err := p.try(expression, result); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) try(expression string, result any) error {
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	err := p.b.call(p.session, "Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if err != nil {
		return err
	}
	if answer.Exception != nil {
		return errors.New(answer.Exception.Text + " " + answer.Exception.Exception.Description)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer.Result.Value, result)
}

// bytes gives a picture or a printout.
func (p *tab) bytes(method string, params object) []byte {
	p.t.Helper()
	var answer struct {
		Data string `json:"data"`
	}
	p.do(method, params, &answer)
	raw, err := base64.StdEncoding.DecodeString(answer.Data)
	if err != nil {
		p.t.Fatal(err)
	}
	return raw
}

// picture is the page from its top, at most so many pixels of it.
func (p *tab) picture(most int) []byte {
	p.t.Helper()
	var size struct{ W, H int }
	p.eval(`({W: innerWidth, H: document.documentElement.scrollHeight})`, &size)
	return p.bytes("Page.captureScreenshot", object{"format": "png", "captureBeyondViewport": true,
		"clip": object{"x": 0, "y": 0, "width": size.W, "height": min(size.H, most), "scale": 1}})
}

// pdf is the page as A4 paper.
func (p *tab) pdf() []byte {
	p.t.Helper()
	return p.bytes("Page.printToPDF", object{"preferCSSPageSize": true, "paperWidth": 8.27, "paperHeight": 11.69})
}
