// A walk through contacts, as a frontend takes it.
import { api, check, got, mailbox } from "./client.js";

const path = { mailbox };

const page = got(
  await api.GET("/v1/mailboxes/{mailbox}/contacts", {
    params: { path, query: { limit: 5 } },
  }),
);
check(page.items.length === 5, "contacts are listed");
check(page.next_cursor !== null, "and go on");

const made = got(
  await api.POST("/v1/mailboxes/{mailbox}/contacts", {
    params: {
      path,
      header: { "Idempotency-Key": "a1f7b4a2-6f61-4f0a-8f7b-7a0f5f1f0c55" },
    },
    body: {
      given_name: "Zuzana",
      surname: "Nováková",
      emails: [{ address: "zuzana@woodgrove.example" }],
      phones: [{ kind: "mobile", number: "+420 555 0100" }],
      birthday: "1984-05-17",
    },
  }),
);
check(made.surname === "Nováková", "a contact is made");

const one = { ...path, contact: made.id };
const changed = got(
  await api.PATCH("/v1/mailboxes/{mailbox}/contacts/{contact}", {
    params: { path: one, header: { "If-Match": made.etag } },
    body: { job_title: "Purchasing", birthday: null },
  }),
);
check(changed.job_title === "Purchasing", "a contact is changed");
check(changed.birthday === null, "null clears a member");
check(changed.etag !== made.etag, "and it has another entity tag");

const late = await api.DELETE("/v1/mailboxes/{mailbox}/contacts/{contact}", {
  params: { path: one, header: { "If-Match": made.etag } },
});
check(late.error?.code === "precondition-failed", "not over others' changes");
const gone = await api.DELETE("/v1/mailboxes/{mailbox}/contacts/{contact}", {
  params: { path: one, header: { "If-Match": changed.etag } },
});
check(gone.response.status === 204, "a contact is deleted");

const folders = got(
  await api.GET("/v1/mailboxes/{mailbox}/contact-folders", {
    params: { path },
  }),
);
check(folders.items.length > 0, "contact folders are listed");
