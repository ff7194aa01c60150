package wire

import (
	"fmt"
	"time"
)

// HTTPPort is where CUCM serves phone files over HTTP.
const HTTPPort = 6970

// An HTTPGet is one file asked for over HTTP.
type HTTPGet struct {
	Client, Server *Host
	Port           uint16 // of the client
	File           string
	Status         int // 200, 404 or 503
	Data           []byte
	At             time.Time
}

// HTTP draws the connection of a phone to the HTTP server of the TFTP service,
// with the request and the heads as published in Cisco TechNote 214528, and
// returns the time of the last segment of the answer.
func (t *Trace) HTTP(x HTTPGet) time.Time {
	c, up := t.Dial(x.At, x.Client, x.Server, x.Port, HTTPPort, "http"+x.File+x.At.String())
	host := x.Server.IP.String()
	c.Send(up.Add(time.Millisecond), FromClient, []byte(fmt.Sprintf("GET /%s HTTP/1.1\r\nHost:%s:%d\r\n\r\n", x.File, host, HTTPPort)))
	head := map[int]string{
		200: fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-length: %d\r\nCache-Control: no-store\r\nContent-type: */*\r\n\r\n", len(x.Data)),
		404: "HTTP/1.1 404 Not Found\r\nContent-length: 0\r\n\r\n",
		503: "HTTP/1.1 503 Service Unavailable\r\nContent-length: 0\r\n\r\n",
	}[x.Status]
	data := []byte(head)
	if x.Status == 200 {
		data = append(data, x.Data...)
	}
	last := c.Send(up.Add(9*time.Millisecond), FromServer, data)
	c.Close(last.Add(3*time.Millisecond), FromClient)
	return last
}
