"""What Entra ID's numbers mean, as far as the sandbox gives them out.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from dataclasses import dataclass

__all__ = ["KNOWN", "OTHER", "Known"]


@dataclass(frozen=True, slots=True)
class Known:
    """What a number means; the status is that of the ``error`` if None."""

    error: str
    text: str
    status: int | None = None


OTHER = Known("invalid_request", "The request failed.")
KNOWN = {
    50011: Known(
        "invalid_request",
        "The redirect URI '{}' specified in the request does not match the "
        "redirect URIs configured for the application.",
    ),
    50013: Known(
        "invalid_grant",
        "Assertion failed signature validation. [Reason - {}]",
    ),
    50027: Known(
        "invalid_request",
        "JWT token is invalid or malformed.",
    ),
    50034: Known(
        "invalid_grant",
        "The user account '{}' does not exist in the directory.",
    ),
    50076: Known(
        "interaction_required",
        "Due to a configuration change made by your administrator, or because "
        "you moved to a new location, you must use multi-factor "
        "authentication to access '{}'.",
    ),
    50079: Known(
        "interaction_required",
        "Due to a configuration change made by your administrator, or because "
        "you moved to a new location, you must enroll in multi-factor "
        "authentication to access '{}'.",
    ),
    50148: Known(
        "invalid_grant",
        "The code_verifier does not match the code_challenge supplied in the "
        "authorization request for PKCE.",
    ),
    50196: Known(
        "invalid_grant",
        "The server terminated an operation because it encountered a client "
        "request loop. Please contact your app vendor.",
    ),
    53003: Known(
        "invalid_grant",
        "Access has been blocked by Conditional Access policies.",
    ),
    54005: Known(
        "invalid_grant",
        "OAuth2 Authorization code was already redeemed, please retry with a "
        "new valid code or use an existing refresh token.",
    ),
    65001: Known(
        "invalid_grant",
        "The user or administrator has not consented to use the application.",
    ),
    70000: Known(
        "invalid_grant",
        "The provided value for the 'code' parameter is not valid.",
    ),
    70003: Known(
        "unsupported_grant_type",
        "The app requested an unsupported grant type '{}'.",
    ),
    70008: Known(
        "invalid_grant",
        "The provided authorization code or refresh token has expired due to "
        "inactivity. Send a new interactive authorization request.",
    ),
    70011: Known(
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The "
        "provided value for the input parameter 'scope' is not valid. "
        "The scope {} is not valid.",
    ),
    90002: Known(
        "invalid_request",
        "Tenant '{}' not found. Check to make sure you have the correct "
        "tenant ID and are signing into the correct cloud.",
    ),
    90033: Known(
        "temporarily_unavailable",
        "A transient error has occurred. Please try again.",
    ),
    90055: Known(
        "temporarily_unavailable",
        "The tenant is throttled: too many requests were made for it.",
        status=429,
    ),
    500011: Known(
        "invalid_resource",
        "The resource principal named {} was not found in the tenant.",
    ),
    500112: Known(
        "invalid_grant",
        "The reply address '{}' does not match the reply address provided "
        "when requesting the authorization code.",
    ),
    500131: Known(
        "invalid_grant",
        "Assertion audience does not match the Client app presenting the "
        "assertion.",
    ),
    500133: Known(
        "invalid_grant",
        "Assertion is not within its valid time range.",
    ),
    501051: Known(
        "invalid_grant",
        "Application '{}' is not assigned to a role for the resource.",
    ),
    650053: Known(
        "invalid_client",
        "The application asked for scope '{}' that doesn't exist on the "
        "resource.",
        status=400,
    ),
    700016: Known(
        "unauthorized_client",
        "Application with identifier '{}' was not found in the directory.",
    ),
    700021: Known(
        "invalid_client",
        "Client assertion application identifier doesn't match 'client_id' "
        "parameter.",
    ),
    700023: Known(
        "invalid_client",
        "Client assertion audience claim does not match Realm issuer.",
    ),
    700024: Known(
        "invalid_client",
        "Client assertion is not within its valid time range.",
    ),
    700025: Known(
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' "
        "should be presented.",
    ),
    700027: Known(
        "invalid_client",
        "The certificate with which the client assertion was signed is not "
        "registered on the application.",
    ),
    700054: Known(
        "unsupported_response_type",
        "response_type '{}' is not enabled for the application.",
    ),
    700211: Known(
        "invalid_client",
        "No matching federated identity record found for presented assertion "
        "issuer '{}'.",
    ),
    700212: Known(
        "invalid_client",
        "No matching federated identity record found for presented assertion "
        "audience '{}'.",
    ),
    700213: Known(
        "invalid_client",
        "No matching federated identity record found for presented assertion "
        "subject '{}'.",
    ),
    900144: Known(
        "invalid_request",
        "The request body must contain the following parameter: '{}'.",
    ),
    900382: Known(
        "invalid_request",
        "Confidential Client is not supported in Cross Cloud request.",
    ),
    7000112: Known(
        "unauthorized_client",
        "Application '{}' is disabled.",
    ),
    7000114: Known(
        "invalid_grant",
        "Application '{}' is not allowed to make application on-behalf-of "
        "calls.",
    ),
    7000215: Known(
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the "
        "request is the client secret value, not the client secret ID.",
    ),
    7000218: Known(
        "invalid_client",
        "The request body must contain the following parameter: "
        "'client_assertion' or 'client_secret'.",
    ),
    7000222: Known(
        "invalid_client",
        "The provided client secret keys are expired.",
    ),
    9002325: Known(
        "invalid_request",
        "Proof Key for Code Exchange is required for cross-origin "
        "authorization code redemption.",
    ),
    9002327: Known(
        "invalid_request",
        "Tokens issued for the 'Single-Page Application' client-type may only "
        "be redeemed via cross-origin requests.",
    ),
}
