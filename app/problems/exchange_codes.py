"""What the response codes of Exchange mean. Graph passes them through.

Codes that are not here tell less than the status they come with: they are of
features that this service does not use (delegates, tasks, unified messaging,
public folders, …), or Exchange does not send them.

Source: https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
"""

from collections.abc import Mapping

from app.problems.causes import ItemCorrupt, ValueRejected
from app.problems.errors import ExchangeError
from app.problems.graph_failures import (
    GraphRejected,
    GraphThrottled,
    GraphTimeout,
    GraphUnavailable,
    MailboxMoving,
)
from app.problems.refusals import InvalidCursor, PayloadTooLarge
from app.problems.resources import (
    Conflict,
    FolderExists,
    ItemNotFound,
    MailboxAccessDenied,
    MailboxFull,
    MailboxNotEnabled,
    MailboxNotFound,
    MailboxSendLimitReached,
    NotSupported,
    PreconditionFailed,
    QueryTooComplex,
    RecipientsRejected,
    SendAsDenied,
    SyncStateExpired,
    TenantNotFound,
)

__all__ = ["EXCHANGE_CODES"]

EXCHANGE_CODES: Mapping[type[ExchangeError], str] = {
    GraphThrottled: """
        ErrorExceededConnectionCount ErrorThrottleLimitExceeded
        ErrorTooManyObjectsOpened
    """,
    GraphUnavailable: """
        ErrorADOperation ErrorADUnavailable ErrorAutoDiscoverFailed
        ErrorBatchProcessingStopped ErrorClientDisconnected
        ErrorConnectionFailed ErrorCrossSiteRequest ErrorDataSourceOperation
        ErrorFolderPropertRequestFailed ErrorFreeBusyGenerationFailed
        ErrorInsufficientResources ErrorInternalServerError
        ErrorInternalServerTransientError ErrorItemPropertyRequestFailed
        ErrorLocalServerObjectNotFound ErrorLogonAsNetworkServiceFailed
        ErrorMailboxLogonFailed ErrorMeetingSuggestionGenerationFailed
        ErrorMoveCopyFailed ErrorMultiLegacyMailboxAccess
        ErrorNoApplicableProxyCASServersAvailable
        ErrorNoDestinationCASDueToKerberosRequirements
        ErrorNoDestinationCASDueToSSLRequirements
        ErrorNoDestinationCASDueToVersionMismatch
        ErrorNoRespondingCASInDestinationSite ErrorNotEnoughMemory
        ErrorProxyCallFailed ErrorProxyRequestNotAllowed
        ErrorProxyRequestProcessingFailed ErrorProxyServiceDiscoveryFailed
        ErrorProxyTokenExpired ErrorRequestAborted ErrorServerBusy
        ErrorServiceDiscoveryFailed ErrorWrongServerVersion
    """,
    GraphTimeout: "ErrorTimeoutExpired",
    MailboxMoving: """
        ErrorMailboxFailover ErrorMailboxMoveInProgress
        ErrorMailboxStoreUnavailable
    """,
    MailboxAccessDenied: """
        ErrorAccessDenied ErrorCreateItemAccessDenied
        ErrorCreateSubfolderAccessDenied ErrorImpersonateUserDenied
        ErrorImpersonationDenied ErrorInvalidAccessLevel ErrorNoFreeBusyAccess
        ErrorNotDelegate ErrorSubscriptionAccessDenied
    """,
    SendAsDenied: "ErrorSendAsDenied",
    MailboxNotFound: """
        ErrorInvalidUser ErrorInvalidUserPrincipalName
        ErrorMailRecipientNotFound ErrorNonPrimarySmtpAddress
    """,
    MailboxNotEnabled: """
        ErrorAccountDisabled ErrorInvalidLicense ErrorMailboxConfiguration
        ErrorMissingEmailAddress ErrorNameResolutionNoMailbox
        ErrorNonExistentMailbox
    """,
    TenantNotFound: "ErrorOrganizationAccessBlocked",
    MailboxFull: """
        ErrorMessagePerFolderCountReceiveQuotaExceeded ErrorQuotaExceeded
        ErrorRulesOverQuota
    """,
    MailboxSendLimitReached: "ErrorSubmissionQuotaExceeded",
    PayloadTooLarge: """
        ErrorAttachmentSizeLimitExceeded ErrorDataSizeLimitExceeded
        ErrorMessageSizeExceeded ErrorRequestStreamTooBig
    """,
    ItemNotFound: """
        ErrorArchiveMailboxNotEnabled ErrorCalendarCannotUseIdForOccurrenceId
        ErrorCalendarCannotUseIdForRecurringMasterId
        ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange
        ErrorCalendarOccurrenceIsDeletedFromRecurrence
        ErrorCannotUseFolderIdForItemId ErrorCannotUseItemIdForFolderId
        ErrorFolderNotFound ErrorInvalidAttachmentId ErrorInvalidFolderId
        ErrorInvalidId ErrorInvalidIdEmpty ErrorInvalidIdMalformed
        ErrorInvalidIdMalformedEwsLegacyIdFormat ErrorInvalidIdMonikerTooLong
        ErrorInvalidIdNotAnItemAttachmentId ErrorInvalidIdStoreObjectIdTooLong
        ErrorInvalidIdXml ErrorItemNotFound ErrorNoCalendar
        ErrorParentFolderNotFound ErrorSavedItemFolderNotFound
        ErrorSyncFolderNotFound ErrorToFolderNotFound
    """,
    FolderExists: "ErrorFolderExists",
    PreconditionFailed: """
        ErrorChangeKeyRequired ErrorChangeKeyRequiredForWriteOperations
        ErrorInvalidChangeKey ErrorIrresolvableConflict ErrorStaleObject
    """,
    Conflict: """
        ErrorCalendarCannotMoveOrCopyOccurrence
        ErrorCalendarCannotUpdateDeletedItem
        ErrorCalendarFolderIsInvalidForCalendarView
        ErrorCalendarIsCancelledForAccept ErrorCalendarIsCancelledForDecline
        ErrorCalendarIsCancelledForRemove ErrorCalendarIsCancelledForTentative
        ErrorCalendarIsDelegatedForAccept ErrorCalendarIsDelegatedForDecline
        ErrorCalendarIsDelegatedForRemove ErrorCalendarIsDelegatedForTentative
        ErrorCalendarIsGroupMailboxForAccept
        ErrorCalendarIsGroupMailboxForDecline
        ErrorCalendarIsGroupMailboxForSuppressReadReceipt
        ErrorCalendarIsGroupMailboxForTentative ErrorCalendarIsNotOrganizer
        ErrorCalendarIsOrganizerForAccept ErrorCalendarIsOrganizerForDecline
        ErrorCalendarIsOrganizerForRemove ErrorCalendarIsOrganizerForTentative
        ErrorCalendarMeetingRequestIsOutOfDate
        ErrorCannotCreateCalendarItemInNonCalendarFolder
        ErrorCannotCreateContactInNonContactFolder
        ErrorCannotCreatePostItemInNonMailFolder ErrorCannotDeleteObject
        ErrorCannotEmptyFolder ErrorCannotSpecifySearchFolderAsSourceFolder
        ErrorCrossMailboxMoveCopy ErrorDeleteDistinguishedFolder
        ErrorDuplicateTransactionId ErrorFolderSave ErrorFolderSaveFailed
        ErrorInvalidFolderTypeForOperation
        ErrorInvalidItemForOperationAcceptItem
        ErrorInvalidItemForOperationArchiveItem
        ErrorInvalidItemForOperationCancelItem
        ErrorInvalidItemForOperationDeclineItem
        ErrorInvalidItemForOperationRemoveItem
        ErrorInvalidItemForOperationSendItem
        ErrorInvalidItemForOperationTentative ErrorInvalidParentFolder
        ErrorInvalidPropertyUpdateSentMessage ErrorInvalidReferenceItem
        ErrorMoveDistinguishedFolder ErrorObjectTypeChanged
        ErrorOccurrenceCrossingBoundary ErrorOccurrenceTimeSpanTooBig
        ErrorOutlookRuleBlobExists ErrorReadReceiptNotPending
        ErrorSentMeetingRequestUpdate
    """,
    QueryTooComplex: """
        ErrorContainsFilterWrongType ErrorExceededFindCountLimit
        ErrorInvalidExcludesRestriction ErrorInvalidRestriction
        ErrorMailboxScopeNotAllowedWithoutQueryString ErrorQueryFilterTooLong
        ErrorRestrictionTooComplex ErrorRestrictionTooLong
        ErrorSearchQueryHasTooManyKeywords ErrorUnsupportedPathForQuery
        ErrorUnsupportedPathForSortGroup ErrorUnsupportedQueryFilter
        ErrorUnsupportedSubFilter
    """,
    InvalidCursor: "ErrorExecuteSearchStaleData",
    SyncStateExpired: "ErrorInvalidSyncStateData",
    ItemCorrupt: """
        ErrorCalendarInvalidPropertyState ErrorCannotOpenFileAttachment
        ErrorContentConversionFailed ErrorCorruptData ErrorFolderCorrupt
        ErrorInvalidIdReturnedByResolveNames ErrorInvalidSecurityDescriptor
        ErrorItemCorrupt ErrorMimeContentConversionFailed
        ErrorSearchFolderNotInitialized ErrorUnsupportedMimeConversion
        ErrorUnsupportedTypeForConversion ErrorVirusDetected
        ErrorVirusMessageDeleted
    """,
    RecipientsRejected: """
        ErrorInvalidRecipients ErrorInvalidRoutingType ErrorInvalidSmtpAddress
        ErrorMissingInformationEmailAddress ErrorMissingRecipients
    """,
    ValueRejected: """
        ErrorAttachmentNestLevelLimitExceeded
        ErrorAttachmentSizeShouldNotBeLessThanMinimumSize
        ErrorCalendarDurationIsTooLong
        ErrorCalendarEndDateIsEarlierThanStartDate
        ErrorCalendarInvalidAttributeValue
        ErrorCalendarInvalidDayForTimeChangePattern
        ErrorCalendarInvalidDayForWeeklyRecurrence
        ErrorCalendarInvalidPropertyValue ErrorCalendarInvalidRecurrence
        ErrorCalendarInvalidTimeZone ErrorCalendarOutOfRange
        ErrorCalendarViewRangeTooBig ErrorFolderSavePropertyError
        ErrorFreeBusyDLLimitReached ErrorInboxRulesValidationError
        ErrorIndividualMailboxLimitReached ErrorInvalidCompleteDate
        ErrorInvalidContactEmailAddress ErrorInvalidContactEmailIndex
        ErrorInvalidExtendedPropertyValue
        ErrorInvalidIdTooManyAttachmentLevels ErrorInvalidMailbox
        ErrorInvalidMergedFreeBusyInterval ErrorInvalidOofParameter
        ErrorInvalidPhoneNumber ErrorInvalidPhotoSize
        ErrorInvalidScheduledOofDuration ErrorInvalidTimeInterval
        ErrorInvalidPropertySet ErrorInvalidUserOofSettings
        ErrorInvalidValueForProperty
        ErrorItemSavePropertyError ErrorMimeContentInvalid
        ErrorMimeContentInvalidBase64String ErrorPropertyUpdate
        ErrorPropertyValidationFailure ErrorRecurrenceEndDateTooBig
        ErrorRecurrenceHasNoOccurrence ErrorResultSetTooBig
        ErrorTimeIntervalTooBig ErrorTimeZone ErrorUnsupportedCulture
        ErrorUnsupportedRecurrence ErrorValueOutOfRange
        ErrorWorkingHoursSaveFailed ErrorWorkingHoursXmlMalformed
    """,
    GraphRejected: """
        ErrorApiQuarantined ErrorIncorrectSchemaVersion
        ErrorIncorrectUpdatePropertyCount ErrorInvalidArgument
        ErrorInvalidExtendedProperty ErrorInvalidFractionalPagingParameters
        ErrorInvalidFreeBusyViewType ErrorInvalidIndexedPagingParameters
        ErrorInvalidInternetHeaderChildNodes
        ErrorInvalidItemForOperationCreateItem
        ErrorInvalidItemForOperationCreateItemAttachment ErrorInvalidOperation
        ErrorInvalidPagingMaxRows ErrorInvalidPropertyAppend
        ErrorInvalidPropertyDelete ErrorInvalidPropertyForExists
        ErrorInvalidPropertyForOperation ErrorInvalidPropertyRequest
        ErrorInvalidRequest
        ErrorInvalidSendItemSaveSettings ErrorInvalidServerVersion
        ErrorMailboxDataArrayEmpty ErrorMailboxDataArrayTooBig
        ErrorMessageDispositionRequired ErrorMissingArgument
        ErrorMissingInformationReferenceItemId
        ErrorMissingItemForCreateItemAttachment ErrorNoFolderClassOverride
        ErrorNoPropertyTagForCustomProperties ErrorParentFolderIdRequired
        ErrorRequiredPropertyMissing ErrorSchemaValidation
        ErrorSendMeetingCancellationsRequired
        ErrorSendMeetingInvitationsOrCancellationsRequired
        ErrorSendMeetingInvitationsRequired ErrorUnsupportedMapiPropertyType
        ErrorUnsupportedPropertyDefinition ErrorUpdatePropertyMismatch
    """,
    NotSupported: """
        ErrorCalendarSeekToConditionNotSupported
        ErrorContentIndexingNotEnabled ErrorDiscoverySearchesDisabled
        ErrorDistinguishedUserNotSupported ErrorLocationServicesDisabled
        ErrorMailTipsDisabled ErrorVoiceMailNotImplemented
        ErrorWeatherServiceDisabled
    """,
}
"""The codes of each error, in words of a text."""
