// Package clients tests pusher-http-go as a tenant's server uses it, against a platform that is told by
// the environment; with-platform provides it.
package clients

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/pusher/pusher-http-go/v5"
)

// How long anything may take that must happen.
const patience = 15 * time.Second

var (
	host = required("PLATFORM_HOST") + ":" + required("PLATFORM_PORT")
	// The stock library.
	library = client(required("APP_SECRET"))
	hooks   = webhooks{events: make(chan pusher.WebhookEvent, 10_000), invalid: make(chan error, 10_000)}
)

func required(name string) string {
	value := os.Getenv(name)
	if value == "" {
		panic(name + " is not set; run this suite by with-platform")
	}
	return value
}

func client(secret string) *pusher.Client {
	key := make([]byte, 32)
	rand.Read(key)
	return &pusher.Client{
		AppID:                     required("APP_ID"),
		Key:                       required("APP_KEY"),
		Secret:                    secret,
		Host:                      host,
		EncryptionMasterKeyBase64: base64.StdEncoding.EncodeToString(key),
	}
}

// The app server listens from the first test to the last: an endpoint that is away would be tried later
// and later.
func TestMain(m *testing.M) {
	listener, err := net.Listen("tcp", "127.0.0.1:"+required("WEBHOOK_PORT"))
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, &hooks)
	os.Exit(m.Run())
}

// Every webhook event that the library accepts, and what it says of others.
type webhooks struct {
	events  chan pusher.WebhookEvent
	invalid chan error
}

func (w *webhooks) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	webhook, err := library.Webhook(request.Header, body)
	if err != nil {
		w.invalid <- fmt.Errorf("%w: %s", err, body)
		return
	}
	for _, event := range webhook.Events {
		w.events <- event
	}
}

// The next event of that kind about that channel, passing others over.
func (w *webhooks) told(t *testing.T, name, channel string) pusher.WebhookEvent {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case event := <-w.events:
			if event.Name == name && event.Channel == channel {
				return event
			}
		case <-deadline:
			t.Fatalf("the webhook %s of %s did not come", name, channel)
		}
	}
}

// What a user's client posts to the tenant to be let into a channel, or to sign in without one.
func form(socketID, channel string) []byte {
	return []byte(url.Values{"socket_id": {socketID}, "channel_name": {channel}}.Encode())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func ptr[T any](value T) *T { return &value }
