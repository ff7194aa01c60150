package correlate

// rulesTransport are the findings on transport and file service.
var rulesTransport = []*Rule{}
