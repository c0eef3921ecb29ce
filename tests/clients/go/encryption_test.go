package clients

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/pusher/pusher-http-go/v5"
	"golang.org/x/crypto/nacl/secretbox"
)

// Opens an event as a user's client does, with the secret that the tenant tells it.
func opened(t *testing.T, s *socket, channel, data string) string {
	t.Helper()
	var answer struct {
		SharedSecret []byte `json:"shared_secret"`
	}
	authorization, err := library.AuthorizePrivateChannel(form(s.id, channel))
	must(t, err)
	must(t, json.Unmarshal(authorization, &answer))
	var sealed pusher.EncryptedMessage
	must(t, json.Unmarshal([]byte(data), &sealed))
	ciphertext, err := base64.StdEncoding.DecodeString(sealed.Ciphertext)
	must(t, err)
	nonce, err := base64.StdEncoding.DecodeString(sealed.Nonce)
	must(t, err)
	plain, ok := secretbox.Open(nil, ciphertext, (*[24]byte)(nonce), (*[32]byte)(answer.SharedSecret))
	if !ok {
		t.Fatalf("the secret does not open %s", data)
	}
	return string(plain)
}

func TestAnEncryptedEventIsReadByWhoHasTheSecret(t *testing.T) {
	const channel = "private-encrypted-go"
	reader := subscribe(t, channel)
	must(t, library.Trigger(channel, "posted", map[string]int{"page": 1}))
	equal(t, opened(t, reader, channel, reader.next("posted").text()), `{"page":1}`)
}

func TestEncryptedAndPlainEventsShareABatch(t *testing.T) {
	const channel = "private-encrypted-go-batch"
	reader := subscribe(t, channel)
	reader.subscribe("go-plain")
	_, err := library.TriggerBatch([]pusher.Event{
		{Channel: channel, Name: "quietly", Data: "secret"},
		{Channel: "go-plain", Name: "aloud", Data: "open"},
	})
	must(t, err)
	for range 2 {
		switch event := reader.read(); event.Event {
		case "quietly":
			equal(t, opened(t, reader, channel, event.text()), "secret")
		case "aloud":
			equal(t, event.text(), "open")
		}
	}
}
